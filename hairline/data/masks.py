"""Hand-drawn truth: the one place where masks are read, checked and turned into class ids.

A raw mask holds the pixel values its `classes.json` names, such as 0 and 255. A prepared mask holds the ids 0 .. C-1,
background first, and 255 for pixels that nobody may count.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hairline.classes import IGNORE
from hairline.data.images import Picture, PictureError, name_of, read_picture, to_rgb, write_png
from hairline.data.manifest import CLASSES_FILE
from hairline.errors import InputError
from hairline.io import read_json

_UNKNOWN = 254  # in a table from values to ids: this value has no class
_SHOWN = 6
_LOSSY = (".jpg", ".jpeg")


@dataclass(frozen=True)
class RawClasses:
    """What the pixel values of a raw data set's masks mean."""

    names: tuple[str, ...]
    """In id order: background, then by pixel value."""
    table: np.ndarray
    """uint8 [256]: pixel value -> class id, or 255 to ignore it."""
    named: Mapping[int, str]
    """Pixel value -> class name, as `classes.json` has it, whichever classes are kept."""

    @classmethod
    def of(cls, values: Mapping[int, str]) -> "RawClasses":
        named = sorted((name != "background", value, name) for value, name in values.items() if name != "ignore")
        table = np.full(256, _UNKNOWN, np.uint8)
        table[IGNORE] = IGNORE  # unless a class claims it
        for value, name in values.items():
            if name == "ignore":
                table[value] = IGNORE
        for id, (_, value, _) in enumerate(named):
            table[value] = id
        return cls(names=tuple(name for *_, name in named), table=table, named=values)

    @property
    def values(self) -> list[int]:
        """The pixel values that may occur."""
        return np.flatnonzero(self.table != _UNKNOWN).tolist()

    @property
    def white(self) -> int | None:
        """What the 1 of a 1-bit mask stands for; None: that is not clear."""
        counted = {value for value, name in self.named.items() if name != "ignore"}
        if counted <= {0, 1}:
            return 1
        return 255 if 255 in counted and 1 not in counted else None

    def holds_class(self, values: Set[int]) -> bool:
        """Whether the values of a mask include a class other than background."""
        return any(self.named.get(value, "ignore") not in ("background", "ignore") for value in values)

    def looks_lost(self, values: Set[int]) -> bool:
        """Whether a mask holds no class, but 255 without a name, which may well be what was drawn."""
        return IGNORE in values and IGNORE not in self.named and not self.holds_class(values)

    def keep(self, kept: Sequence[str]) -> "RawClasses":
        """Background and these, in their order; the other classes become background. What is ignored stays so."""
        known = self.names[1:]
        for place, name in enumerate(kept):
            if name not in known:
                what = "is always kept" if name == "background" else "is no class of this set"
                raise InputError(f"params.yaml: split.keep names {name!r}, which {what}; choose of {', '.join(known)}")
            if name in kept[:place]:
                raise InputError(f"params.yaml: split.keep names {name!r} twice; remove one")
        new = np.arange(256, dtype=np.uint8)  # by id, and by the two marks above all ids
        new[: len(self.names)] = [kept.index(name) + 1 if name in kept else 0 for name in self.names]
        return RawClasses(names=("background", *kept), table=new[self.table], named=self.named)

    def ids(self, values: np.ndarray, *, name: str) -> np.ndarray:
        """uint8 [H, W] pixel values -> class ids."""
        ids = self.table[values]
        strange = values[ids == _UNKNOWN]
        if strange.size:
            raise _strange_values(name, strange, self.values)
        return ids


def _strange_values(name: str, strange: np.ndarray, expected: Iterable[int]) -> PictureError:
    found = np.unique(strange).tolist()
    shown = ", ".join(map(str, found[:_SHOWN])) + (f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else "")
    return PictureError(
        name,
        f"{strange.size} pixels of value {shown}",
        f"masks may hold {', '.join(map(str, expected))}: mend them, or name the values in {CLASSES_FILE}",
    )


def read_raw_classes(folder: Path) -> RawClasses:
    """From `classes.json`: {"classes": {"0": "background", "255": "crack"}}."""
    path = folder / CLASSES_FILE
    content = read_json(path)
    example = 'such as {"classes": {"0": "background", "255": "crack"}}'
    entries = content.get("classes") if isinstance(content, dict) else None
    if not isinstance(entries, dict) or not all(isinstance(name, str) and name for name in entries.values()):
        raise InputError(f"{path}: expected pixel values and their class names, {example}")
    wrong = [key for key in entries if not (key.isdecimal() and int(key) <= 255)]
    if wrong:
        raise InputError(f"{path}: {wrong[0]!r} is not a pixel value from 0 to 255; expected a mapping {example}")
    values = {int(key): name for key, name in entries.items()}
    names = [name for name in values.values() if name != "ignore"]
    if len(set(names)) < len(names) or len(values) < len(entries):
        raise InputError(f"{path}: a class or a value is named twice; give every pixel value its own class")
    if "background" not in names or len(names) < 2:
        raise InputError(f"{path}: knows {sorted(names)}, expected `background` and at least one more class")
    return RawClasses.of(values)


def read_values(path: Path, classes: RawClasses) -> np.ndarray:
    """uint8 [H, W] pixel values of a raw mask of any kind of file; `classes` settle what a palette or 1 bit means."""
    picture, name = read_picture(path), name_of(path)
    pixels = picture.pixels
    if picture.palette is not None and set(classes.values).issuperset(np.unique(pixels).tolist()):
        return pixels
    _refuse_drawn_in_transparency(picture, name=name)
    if picture.palette is not None:
        pixels = picture.palette[np.minimum(pixels, len(picture.palette) - 1)]
    if pixels.dtype == bool:
        if classes.white is None:
            named = ", ".join(map(str, sorted(classes.named)))
            advice = f"what white means is not clear, so save it as 8-bit grey of what {CLASSES_FILE} names ({named})"
            raise PictureError(name, "is 1-bit", advice)
        return pixels.astype(np.uint8) * np.uint8(classes.white)
    if pixels.ndim == 3:
        colours = pixels if pixels.shape[2] != 2 else pixels[..., :1]  # grey with transparency
        grey = colours[..., 0]
        if any((colours[..., channel] != grey).any() for channel in range(1, min(colours.shape[2], 3))):
            raise PictureError(name, "is coloured", "save masks as one grey channel that holds the class values")
        pixels = grey
    if pixels.dtype != np.uint8:
        if pixels.dtype.kind not in "ui" or pixels.max(initial=0) > 255 or pixels.min(initial=0) < 0:
            raise PictureError(name, f"holds values beyond 255 ({picture.mode})", "save masks as 8-bit grey")
        pixels = pixels.astype(np.uint8)
    return np.ascontiguousarray(pixels)


def read_brightness(path: Path) -> np.ndarray:
    """[H, W], 0 to 255, of a mask of any kind of file, for a threshold: the mean of the colours, rounded down, since
    JPEG leaves a tinge. 16-bit values of at most 255 are taken as they are, larger ones lose their low byte.
    """
    picture, name = read_picture(path), name_of(path)
    if picture.mode.startswith("I;16") and picture.pixels.max(initial=0) <= 255:
        return picture.pixels
    _refuse_drawn_in_transparency(picture, name=name)
    red, green, blue = np.moveaxis(to_rgb(picture, name=name), 2, 0)
    return (red.astype(np.uint16) + green + blue) // 3


def is_of_0_and_1(values: np.ndarray, path: Path) -> bool:
    """In which 1 is white. In a JPEG it is what compression left of black."""
    return is_lossless(path) and values.max(initial=0) == 1


def is_lossless(path: Path) -> bool:
    return path.suffix.lower() not in _LOSSY


def _refuse_drawn_in_transparency(picture: Picture, *, name: str) -> None:
    """Only colours are read, so such a mask would be empty."""
    pixels = picture.pixels
    if picture.palette is not None:
        used = np.unique(np.minimum(pixels, len(picture.palette) - 1))
        drawn = used.size > 1 and (picture.palette[used] == picture.palette[used[0]]).all()
    elif pixels.ndim == 3 and pixels.shape[2] in (2, 4):
        colours, transparency = pixels[..., :-1], pixels[..., -1]
        drawn = (colours == colours[0, 0]).all() and (transparency != transparency[0, 0]).any()
    else:
        drawn = False
    if drawn:
        reason = "has one colour only, and what is drawn lies in its transparency or palette"
        raise PictureError(name, reason, "save masks as one grey channel")


def read_mask(path: Path, *, classes: int) -> np.ndarray:
    """uint8 [H, W] class ids of a prepared mask; 255 = ignore."""
    picture = read_picture(path)
    ids = picture.pixels
    if picture.mode != "L":
        raise PictureError(name_of(path), f"is no class-id mask ({picture.mode})", "run the split stage again")
    strange = ids[(ids >= classes) & (ids != IGNORE)]
    if strange.size:
        raise _strange_values(name_of(path), strange, [*range(classes), IGNORE])
    return ids


def write_mask(path: Path, ids: np.ndarray) -> None:
    assert ids.dtype == np.uint8 and ids.ndim == 2, f"mask of {ids.shape} {ids.dtype}"
    write_png(path, ids)


def foreground_share(ids: np.ndarray, *, names: Sequence[str]) -> float:
    """Crack pixels among those that count; all foreground where no class is called crack. Six digits, as in the CSV."""
    counts = np.bincount(ids.ravel(), minlength=256)
    counted = int(counts[: len(names)].sum())
    crack = int(counts[list(names).index("crack")]) if "crack" in names else int(counts[1 : len(names)].sum())
    return float(f"{crack / counted:.6g}") if counted else 0.0
