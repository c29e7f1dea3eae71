"""Write the raw form of matched pictures: checked, copied, masks as PNG, with the lists of a published split."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from hairline.data.images import PictureError, read_picture, to_rgb, write_png
from hairline.data.manifest import CLASSES_FILE, SPLITS
from hairline.data.pairs import enumerate_names
from hairline.data.parallel import parallel_map
from hairline.data.published.matching import Item, Matching
from hairline.errors import InputError
from hairline.io import write_json, write_text


@dataclass(frozen=True)
class Mask:
    """What was made of a published mask."""

    values: np.ndarray
    """uint8 [H, W]."""
    remarks: Mapping[str, int] = field(default_factory=dict)
    """What people should know, as in "masks of 0 and 1", and how many pixels it is about; 0: not counted."""


@dataclass(frozen=True)
class Meaning:
    """How the masks of a set are read."""

    read: Callable[[Path], Mask]
    classes: Mapping[int, str]
    """Pixel value -> class name."""


@dataclass(frozen=True)
class _Written:
    has_foreground: bool
    remarks: Mapping[str, int]


@dataclass(frozen=True)
class _Misfit:
    reason: str


@dataclass(frozen=True)
class _Unusable:
    path: Path
    error: PictureError


def write_raw(matching: Matching, meaning: Meaning, out: Path, *, name: str, where: Path) -> list[str]:
    """Fill `out`; the answer is what people should know about it. `where`: the archive, for messages."""
    matching.raise_if_any(where)
    (out / "images").mkdir(parents=True, exist_ok=True)
    (out / "masks").mkdir(exist_ok=True)
    items = matching.items
    results = parallel_map(partial(_write, out=out, meaning=meaning), items, label=f"check {name}")
    remarks: dict[str, list[tuple[str, int]]] = {}
    foreground = False
    for item, result in zip(items, results, strict=True):
        if isinstance(result, _Unusable):
            matching.take(result.path, result.error)
        elif isinstance(result, _Misfit):
            matching.drop(item, result.reason)
        else:
            foreground |= result.has_foreground
            for remark, pixels in result.remarks.items():
                remarks.setdefault(remark, []).append((item.stem, pixels))
    matching.raise_if_any(where)
    if not foreground:
        raise InputError(f"{where}: no mask has a single pixel of a class; this cannot be the whole data set")
    write_json(out / CLASSES_FILE, {"classes": {str(value): name for value, name in meaning.classes.items()}})
    _write_lists(matching.items, out)
    return matching.notes() + [_told(remark, found) for remark, found in sorted(remarks.items())]


def _write(item: Item, *, out: Path, meaning: Meaning) -> _Written | _Misfit | _Unusable:
    try:
        picture = read_picture(item.image)
        height, width = to_rgb(picture, name=item.image.name).shape[:2]
    except PictureError as error:
        return _Unusable(item.image, error)
    try:
        mask = _mask(item, meaning, height, width)
    except PictureError as error:
        return _Unusable(item.mask, error)
    if mask is not None and mask.values.shape != (height, width):
        turned = ", after the rotation that its EXIF tag asks for" if picture.turned else ""
        rows, columns = mask.values.shape
        return _Misfit(f"a mask of {columns} x {rows} for an image of {width} x {height}{turned}")
    shutil.copyfile(item.image, out / "images" / f"{item.stem}{item.image.suffix.lower()}")
    if mask is None:
        return _Written(has_foreground=False, remarks={})
    write_png(out / "masks" / f"{item.stem}.png", mask.values)
    classes = [value for value, name in meaning.classes.items() if name not in ("background", "ignore")]
    return _Written(has_foreground=bool(np.isin(mask.values, classes).any()), remarks=mask.remarks)


def _mask(item: Item, meaning: Meaning, height: int, width: int) -> Mask | None:
    mask = meaning.read(item.mask) if item.mask else None
    if not item.blank:
        return mask
    marked = int(np.count_nonzero(mask.values)) if mask else 0
    empty = np.zeros(mask.values.shape if mask else (height, width), np.uint8)
    return Mask(empty, {"masks of pictures published as free of cracks, emptied": marked} if marked else {})


def _write_lists(items: Sequence[Item], out: Path) -> None:
    for split in SPLITS:
        stems = [item.stem for item in items if item.split == split]
        if stems:
            write_text(out / "splits" / f"{split}.txt", "".join(f"{stem}\n" for stem in stems))


def _told(remark: str, found: Sequence[tuple[str, int]]) -> str:
    pixels = sum(count for _, count in found)
    amount = f" ({pixels} pixels)" if pixels else ""
    return f"{remark}{amount}: {len(found)}, {enumerate_names([stem for stem, _ in found])}"
