"""Which mask belongs to which picture of a published set; what does not fit is refused all at once, or left out."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from hairline.data.images import PictureError
from hairline.data.pairs import NOT_UTF8, Faults, composed, enumerate_names, printable

_ADVICE = "mend the archive, or set the option `unpaired: skip` to leave such out"


@dataclass(frozen=True)
class Item:
    """One picture, as it will be named."""

    stem: str
    image: Path
    mask: Path | None
    split: str
    """Empty: the publishers did not divide."""
    blank: bool = False
    """Published as a picture without a crack, whatever its mask says."""


class Matching:
    def __init__(self, *, skip: bool, shown: Callable[[Path], str]) -> None:
        """`shown`: how a path is called in messages."""
        self._skip, self._shown = skip, shown
        self._items: dict[str, Item] = {}
        self._twice: set[str] = set()
        self._left_out: dict[str, list[str]] = {}
        self._faults = Faults()

    @property
    def items(self) -> list[Item]:
        return [item for stem, item in sorted(self._items.items()) if stem not in self._twice]

    def add(
        self,
        images: Iterable[Path],
        masks: Iterable[Path],
        *,
        split: str = "",
        prefix: str = "",
        ending: str = "",
        blank: Callable[[str], bool] = lambda stem: False,
    ) -> None:
        """Pair by stem. A mask's may have the `ending` behind it; a blank picture needs no mask."""
        image_of, mask_of = _by_stem(images, ""), _by_stem(masks, ending)
        for stem in sorted(image_of.keys() | mask_of.keys()):
            found, drawn = image_of.get(stem, []), mask_of.get(stem, [])
            if len(found) > 1 or len(drawn) > 1:
                self.misfit("a name used twice", *(found if len(found) > 1 else drawn))
            elif not found:
                self.misfit("a mask without an image", *drawn)
            elif drawn or blank(stem):
                self.put(Item(prefix + stem, found[0], drawn[0] if drawn else None, split, blank=blank(stem)))
            else:
                self.misfit("an image without a mask", *found)

    def put(self, item: Item) -> None:
        if printable(item.stem) != item.stem:
            self._faults.add(NOT_UTF8, self._shown(item.image))
            return
        other = self._items.setdefault(item.stem, item)
        if other is not item:
            self._twice.add(item.stem)
            self.misfit("a name used twice", other.image, item.image)

    def misfit(self, reason: str, *paths: Path) -> None:
        """Something that `unpaired` decides about."""
        name = " and ".join(map(self._shown, paths))
        if self._skip:
            self._left_out.setdefault(reason, []).append(name)
        else:
            self._faults.add(f"{reason}: {_ADVICE}", name)

    def drop(self, item: Item, reason: str) -> None:
        """The same, found when the pair was opened."""
        self._items.pop(item.stem, None)
        self.misfit(reason, item.mask or item.image)

    def take(self, path: Path, error: PictureError) -> None:
        """Something that is never left out."""
        self._faults.add(error.advice, f"{self._shown(path)} {error.reason}")

    def raise_if_any(self, where: Path) -> None:
        self._faults.raise_if_any(where)

    def notes(self) -> list[str]:
        return [
            f"left out, {reason}: {len(names)}, {enumerate_names(sorted(names))}"
            for reason, names in sorted(self._left_out.items())
        ]


def _by_stem(paths: Iterable[Path], ending: str) -> dict[str, list[Path]]:
    """Composed; the same file in two places is one."""
    found: dict[str, list[Path]] = {}
    for path in sorted(paths):
        others = found.setdefault(composed(path.stem).removesuffix(ending), [])
        if all(path.read_bytes() != other.read_bytes() for other in others):
            others.append(path)
    return found
