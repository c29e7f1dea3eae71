"""The files of a published set, found by the ends of their folders' names, whatever folder or letter case is around."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from hairline.data.images import is_picture
from hairline.data.pairs import enumerate_names, printable
from hairline.errors import InputError

Part = str | tuple[str, ...]
"""A folder's name, or several that it may have."""

_LITTER = ("__macosx", "thumbs.db", "desktop.ini")


class Tree:
    def __init__(self, roots: Sequence[Path], *, origin: Path) -> None:
        """`origin`: the archive or folder that all is from, for messages."""
        self.origin, self._roots = origin, roots
        self.files = sorted(path for root in roots for path in walk(root))
        self._folders: dict[Path, list[Path]] = {}
        for path in self.files:
            self._folders.setdefault(path.parent, []).append(path)

    def find(self, *folder: Part, suffixes: Iterable[str] = (), several: bool = False) -> list[Path]:
        """Pictures, or files of the suffixes, in the one folder whose path ends so; empty where there is none.

        `several`: in all such folders together.
        """
        endings = [(part,) if isinstance(part, str) else part for part in folder]
        found: dict[Path, list[Path]] = {}
        for place, files in self._folders.items():
            parts = [part.casefold() for part in self._relative(place).parts[-len(endings) :]]
            if [part in ending for part, ending in zip(parts, endings, strict=False)] == [True] * len(endings):
                fitting = [
                    path for path in files if (path.suffix.lower() in suffixes if suffixes else is_picture(path))
                ]
                if fitting:
                    found[place] = fitting
        if len(found) > 1 and not several:
            names = enumerate_names([self.shown(place) for place in found])
            raise InputError(f"{self.origin}: {len(found)} folders could be meant ({names}); remove all but one")
        return [path for paths in found.values() for path in paths]

    def need(self, *folder: Part, suffixes: Iterable[str] = (), several: bool = False) -> list[Path]:
        """The same; InputError where there is none."""
        found = self.find(*folder, suffixes=suffixes, several=several)
        if not found:
            raise self.lacks("/".join(part if isinstance(part, str) else part[0] for part in folder) + "/")
        return found

    def lacks(self, what: str) -> InputError:
        counts = sorted((self.shown(place), len(files)) for place, files in self._folders.items())
        seen = enumerate_names([f"{place} ({count} files)" for place, count in counts]) or "nothing of use"
        return InputError(
            f"{self.origin}: expected {what}, found {seen}; if this is the right archive in another layout, "
            "arrange it as images/ and masks/ and use `source: folder`"
        )

    def shown(self, path: Path) -> str:
        """The path below the top of the archive."""
        return printable(self._relative(path).as_posix())

    def _relative(self, path: Path) -> Path:
        return path.relative_to(next(root for root in self._roots if path.is_relative_to(root)))


def walk(folder: Path, above: frozenset[Path] = frozenset()) -> Iterator[Path]:
    """All files but those that systems leave behind. Links are followed, since an unpacked folder may be made of them,
    but never back to a folder above.
    """
    trail = above | {folder.resolve()}
    for path in folder.iterdir():
        if _is_litter(path.name):
            continue
        if not path.is_dir():
            yield path
        elif path.resolve() not in trail:
            yield from walk(path, trail)


def _is_litter(name: str) -> bool:
    return name.startswith(".") or name.lower() in _LITTER
