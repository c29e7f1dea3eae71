"""Which pictures are meant by files, folders and patterns on a command line."""

import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from hairline.data.images import SUFFIXES, is_picture
from hairline.errors import InputError


def find_pictures(arguments: Sequence[str], *, out: Path) -> list[Path]:
    """In the order of the arguments, sorted within each, no file twice.

    A file is taken whatever its name. A folder is searched with all below it, without hidden files and without `out`,
    so that no result becomes a picture of the next run.
    """
    found: dict[Path, Path] = {}
    for argument in arguments:
        for path in _meant(argument, out.resolve()):
            found.setdefault(path.resolve(), path)
    return list(found.values())


def _meant(argument: str, out: Path) -> list[Path]:
    path = Path(argument).expanduser()
    if path.is_dir():
        if path.resolve() == out:
            raise InputError(f"{path}: is --out as well; give the results a folder of their own")
        inside = sorted(_below(path, out))
        if not inside:
            raise InputError(f"{path}: no picture in it or below; expected {', '.join(SUFFIXES)} files")
        return inside
    if path.exists():
        return [path]
    if glob.has_magic(argument):
        matches = [Path(match) for match in sorted(glob.glob(str(path), recursive=True))]  # noqa: PTH207 (Path.glob takes no absolute pattern)
        pictures = [match for match in matches if match.is_file() and is_picture(match)]
        if not pictures:
            more = f" ({len(matches)} other files do)" if matches else ""
            raise InputError(f"{argument}: no picture matches{more}; expected {', '.join(SUFFIXES)} files")
        return pictures
    raise InputError(f"{argument}: no such file or folder")


def _below(folder: Path, out: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and Path(parent, name).resolve() != out]
        for name in files:
            if not name.startswith(".") and is_picture(Path(name)):
                yield Path(parent, name)
