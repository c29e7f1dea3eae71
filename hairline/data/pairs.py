"""Images and masks that belong together: same stem in `images/` and `masks/`, every fault listed at once."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hairline.data.images import SUFFIXES, PictureError, is_picture
from hairline.errors import InputError

NOT_UTF8 = "a name that is not UTF-8: rename it"

_LITTER = {"thumbs.db", "desktop.ini"}  # what Windows leaves in folders of pictures
_NAMED = 20  # names under one advice; the rest are counted


@dataclass(frozen=True)
class Pair:
    stem: str
    """Composed."""
    image: Path
    mask: Path | None


class Faults:
    """Collects what is wrong with a folder, so that one run tells all of it."""

    def __init__(self) -> None:
        self._names: dict[str, list[str]] = {}

    def add(self, advice: str, name: str) -> None:
        self._names.setdefault(advice, []).append(name)

    def take(self, error: PictureError) -> None:
        self.add(error.advice, f"{error.name} {error.reason}")

    def raise_if_any(self, folder: Path) -> None:
        count = sum(map(len, self._names.values()))
        if count:
            listed = "; ".join(f"{enumerate_names(sorted(names))}: {advice}" for advice, names in self._names.items())
            raise InputError(f"{folder}: {count} fault{'s' * (count > 1)}. {listed}")


def enumerate_names(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def composed(name: str) -> str:
    """One form for names that look equal: macOS writes ü as u and two dots, other systems as one letter."""
    return unicodedata.normalize("NFC", name)


def printable(name: str) -> str:
    """The same, unless the name is not UTF-8: no text file can hold its strange bytes, so they are shown by number."""
    return name.encode(errors="backslashreplace").decode()


def find_pairs(folder: Path, *, unlabelled: bool, faults: Faults) -> list[Pair]:
    """Sorted by stem; without `unlabelled`, an image without a mask is a fault."""
    images, masks = (
        _pictures_by_stem(folder / kind, faults, required=kind == "images" or not unlabelled)
        for kind in ("images", "masks")
    )
    for stem in sorted(masks.keys() - images.keys()):
        faults.add("a mask without an image: remove it, or add the image", f"masks/{masks[stem].name}")
    if not unlabelled:
        for stem in sorted(images.keys() - masks.keys()):
            advice = "an image without a mask of the same stem: draw it, or set the option `unlabelled: allow`"
            faults.add(advice, f"images/{images[stem].name}")
    return [Pair(stem, image, masks.get(stem)) for stem, image in sorted(images.items())]


def _pictures_by_stem(folder: Path, faults: Faults, *, required: bool) -> dict[str, Path]:
    found: dict[str, Path] = {}
    if not folder.is_dir():
        if required:
            raise InputError(f"{folder}: no such folder; expected images/ and masks/ side by side")
        return found
    for path in _entries(folder):
        shown, stem = printable(f"{folder.name}/{path.name}"), composed(path.stem)
        if not path.is_file() or not is_picture(path):
            faults.add(f"not a {', '.join(SUFFIXES)} file: convert it, or move it elsewhere", shown)
        elif printable(path.name) != path.name:
            faults.add(NOT_UTF8, shown)
        elif stem in found:
            faults.add("a stem used twice: rename or remove one", f"{shown} and {found[stem].name}")
        else:
            found[stem] = path
    if required and not found:
        raise InputError(f"{folder}: no picture in it; expected {', '.join(SUFFIXES)} files")
    return found


def _entries(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if not path.name.startswith(".") and path.name.lower() not in _LITTER:
            yield path


def size_fault(pair: Pair, *, image: tuple[int, ...], mask: tuple[int, ...], turned: bool) -> PictureError | None:
    """Sizes are (rows, columns), as in an array's shape."""
    if image[:2] == mask[:2]:
        return None
    why = ", after the rotation that the image's EXIF tag asks for" if turned else ""
    reason = f"is {mask[1]} x {mask[0]}, its image {image[1]} x {image[0]}{why}"
    return PictureError(f"masks/{pair.mask.name}", reason, "draw the mask at the image's size")
