"""Hand-drawn truth: the one place where masks are read, checked and turned into class ids.

A raw mask holds the pixel values its `classes.json` names, such as 0 and 255. A prepared mask holds the ids 0 .. C-1,
background first, and 255 for pixels that nobody may count.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hairline.classes import IGNORE
from hairline.data.images import PictureError, read_picture, write_png
from hairline.data.manifest import CLASSES_FILE
from hairline.errors import InputError
from hairline.io import read_json

_UNKNOWN = 254  # in a table from values to ids: this value has no class
_SHOWN = 6


@dataclass(frozen=True)
class RawClasses:
    """What the pixel values of a raw data set's masks mean."""

    names: tuple[str, ...]
    """In id order: background, then by pixel value."""
    table: np.ndarray
    """uint8 [256]: pixel value -> class id, or 255 to ignore it."""

    @classmethod
    def of(cls, values: dict[int, str]) -> "RawClasses":
        named = sorted((name != "background", value, name) for value, name in values.items() if name != "ignore")
        table = np.full(256, _UNKNOWN, np.uint8)
        table[IGNORE] = IGNORE  # unless a class claims it
        for value, name in values.items():
            if name == "ignore":
                table[value] = IGNORE
        for id, (_, value, _) in enumerate(named):
            table[value] = id
        return cls(names=tuple(name for *_, name in named), table=table)

    @property
    def values(self) -> list[int]:
        """The pixel values that may occur."""
        return np.flatnonzero(self.table != _UNKNOWN).tolist()

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
        return RawClasses(names=("background", *kept), table=new[self.table])

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


def read_values(path: Path, *, known: Iterable[int]) -> np.ndarray:
    """uint8 [H, W] pixel values of a raw mask of any kind of file; `known` settles what a palette or 1 bit means."""
    picture = read_picture(path)
    pixels, known = picture.pixels, {*known, IGNORE}
    if picture.palette is not None:
        numbers = np.unique(pixels)
        if known.issuperset(numbers.tolist()):
            return pixels
        pixels = picture.palette[np.minimum(pixels, len(picture.palette) - 1)]
    if pixels.dtype == bool:
        return pixels.astype(np.uint8) * (1 if known == {0, 1, IGNORE} else 255)
    if pixels.ndim == 3:
        colours = pixels if pixels.shape[2] != 2 else pixels[..., :1]  # grey with transparency
        grey = colours[..., 0]
        if any((colours[..., channel] != grey).any() for channel in range(1, min(colours.shape[2], 3))):
            raise PictureError(path.name, "is coloured", "save masks as one grey channel that holds the class values")
        pixels = grey
    if pixels.dtype != np.uint8:
        if pixels.dtype.kind not in "ui" or pixels.max(initial=0) > 255 or pixels.min(initial=0) < 0:
            raise PictureError(path.name, f"holds values beyond 255 ({picture.mode})", "save masks as 8-bit grey")
        pixels = pixels.astype(np.uint8)
    return np.ascontiguousarray(pixels)


def read_mask(path: Path, *, classes: int) -> np.ndarray:
    """uint8 [H, W] class ids of a prepared mask; 255 = ignore."""
    picture = read_picture(path)
    ids = picture.pixels
    if picture.mode != "L":
        raise PictureError(path.name, f"is no class-id mask ({picture.mode})", "run the split stage again")
    strange = ids[(ids >= classes) & (ids != IGNORE)]
    if strange.size:
        raise _strange_values(path.name, strange, [*range(classes), IGNORE])
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
