"""Unpack a zip or a tar that nobody vouches for: it may write below its own folder and nowhere else, and only so much.

Refused as a whole: names that lead elsewhere, links and devices, names that would overwrite each other here or on a
disk that does not tell cases apart, and bombs. Bytes are counted as they come: an archive's list of sizes can lie.
"""

import errno
import re
import stat
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from hairline.data.archives.damage import DamagedArchive, told_when_damaged
from hairline.data.archives.kinds import archive_kind
from hairline.data.archives.tars import opened_tar, read_rest
from hairline.data.archives.zips import opened_zip
from hairline.errors import InputError
from hairline.io import replaced_folder
from hairline.progress import Progress

_CHUNK = 1 << 20
_MEGABYTE = 1_000_000
_LONGEST_PART, _LONGEST_NAME = 255, 1024  # bytes; the first is what the common file systems hold
_ENCRYPTED, _UTF8 = 0x1, 0x800  # bits of a zip entry's flags
_BY_HAND = "if you trust it, unpack it by hand and give the folder instead"


@dataclass(frozen=True)
class Limits:
    """Far beyond every published crack data set, far below what fills a disk unnoticed."""

    entries: int = 300_000
    size: int = 200_000_000_000
    ratio: int = 100
    """Unpacked bytes per packed byte: photographs hardly shrink, black masks shrink a thousandfold."""
    free: int = 1_000_000_000
    """Bytes for which the ratio is not looked at."""


class Allowance:
    """What may still be unpacked: one for an archive and all archives inside it."""

    def __init__(self, limits: Limits, *, packed: int) -> None:
        self._entries = limits.entries
        self._size = min(limits.size, max(limits.free, packed * limits.ratio))

    def take_entry(self, archive: Path) -> None:
        self._entries -= 1
        if self._entries < 0:
            raise InputError(f"{archive}: holds more entries than any data set; {_BY_HAND}")

    def take_bytes(self, count: int, archive: Path) -> None:
        self._size -= count
        if self._size < 0:
            raise InputError(f"{archive}: holds far more than its size suggests (a bomb?); {_BY_HAND}")


@dataclass(frozen=True)
class _Entry:
    name: str
    kind: str
    """file, folder, or what else it is."""
    size: int
    open: Callable[[], IO[bytes] | None]
    passed: int
    """Bytes of the archive that lie before it, roughly."""


def unpack(
    archive: Path,
    out: Path,
    *,
    wanted: Callable[[PurePosixPath], bool] = lambda path: True,
    allowance: Allowance | None = None,
) -> None:
    """Fill the new folder `out` with the wanted files; after any fault there is no `out`."""
    read = _zip_entries if archive_kind(archive) == "zip" else _tar_entries
    allowance = allowance or Allowance(Limits(), packed=archive.stat().st_size)
    try:
        with (
            replaced_folder(out) as folder,
            told_when_damaged(archive),
            closing(read(archive, allowance)) as entries,
        ):
            _write(archive, entries, folder, wanted=wanted, allowance=allowance)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise InputError(f"{archive}: no space left on the disk to unpack it; free some and run it again") from None


def _write(
    archive: Path,
    entries: Iterator[_Entry],
    folder: Path,
    *,
    wanted: Callable[[PurePosixPath], bool],
    allowance: Allowance,
) -> None:
    taken: dict[str, tuple[str, str]] = {}
    with Progress(f"unpack {archive.name}", archive.stat().st_size // _MEGABYTE, unit="MB") as progress:
        for entry in entries:
            progress.step(entry.passed // _MEGABYTE - progress.done)
            allowance.take_entry(archive)
            if entry.kind not in ("file", "folder"):
                raise InputError(f"{archive}: {entry.name!r} is a {entry.kind}, which is never unpacked; {_BY_HAND}")
            path = _safe_path(archive, entry.name)
            if not path.parts and entry.kind == "file":
                raise InputError(f"{archive}: a file is named {entry.name!r}, which is a folder's name; {_BY_HAND}")
            _claim(archive, path, entry.kind, taken)
            if entry.kind == "folder":
                continue
            if wanted(path):
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                _copy(archive, entry, folder / path, allowance)
            else:
                allowance.take_bytes(entry.size, archive)


def _copy(archive: Path, entry: _Entry, target: Path, allowance: Allowance) -> None:
    written = 0
    with entry.open() as source, target.open("xb") as file:
        while chunk := source.read(_CHUNK):
            allowance.take_bytes(len(chunk), archive)
            written += file.write(chunk)
    if written != entry.size:
        raise DamagedArchive(f"{archive}: ends within {entry.name!r}; fetch it again")


def _safe_path(archive: Path, name: str) -> PurePosixPath:
    """Below the folder, whatever system the archive was made on; accents in one form, so that equal names are equal."""
    path = PurePosixPath(unicodedata.normalize("NFC", name.replace("\\", "/")))
    if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", name):
        raise InputError(f"{archive}: {name!r} leads out of its folder, so nothing of it is unpacked; do not trust it")
    if any(unicodedata.category(letter) == "Cc" for letter in name):
        raise InputError(f"{archive}: {name!r} holds control characters; {_BY_HAND}")
    longest = max((len(part.encode()) for part in path.parts), default=0)
    if longest > _LONGEST_PART or len(str(path).encode()) > _LONGEST_NAME:
        raise InputError(f"{archive}: {name[:60]!r}... is too long a name; {_BY_HAND}")
    return path


def _claim(archive: Path, path: PurePosixPath, kind: str, taken: dict[str, tuple[str, str]]) -> None:
    """Remember a name without its case: a file's is had once, a folder's may come often."""
    for folder in path.parents[:-1]:
        _claim_one(archive, str(folder), "folder", taken)
    _claim_one(archive, str(path), kind, taken)


def _claim_one(archive: Path, name: str, kind: str, taken: dict[str, tuple[str, str]]) -> None:
    known = taken.get(name.casefold())
    if known is None:
        taken[name.casefold()] = (kind, name)
    elif "file" in (kind, known[0]):
        how = "comes twice" if known[1] == name else f"and {known[1]!r} differ only in case"
        raise InputError(f"{archive}: {name!r} {how}, so one would overwrite the other; unpack it by hand and choose")


def _zip_entries(archive: Path, allowance: Allowance) -> Iterator[_Entry]:
    passed = 0
    with opened_zip(archive) as file:
        for info in file.infolist():
            if info.flag_bits & _ENCRYPTED:
                raise InputError(f"{archive}: needs a password; unpack it by hand and give the folder instead")
            kind = "folder" if info.filename.endswith(("/", "\\")) else "file"
            if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
                kind = "link or device"
            yield _Entry(_zip_name(info), kind, info.file_size, partial(_open_zipped, archive, file, info), passed)
            passed += info.compress_size


def _open_zipped(archive: Path, file: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    try:
        return file.open(info)
    except NotImplementedError as error:
        raise InputError(
            f"{archive}: damaged, or packed in a way that Python cannot read ({error}); delete it and fetch it again, "
            "or unpack it by hand and give the folder instead"
        ) from None


def _zip_name(info: zipfile.ZipInfo) -> str:
    """Many programs write UTF-8 without saying so, and Python then takes it for the letters of old PCs."""
    if info.flag_bits & _UTF8:
        return info.filename
    try:
        return info.filename.encode("cp437").decode()
    except UnicodeError:
        return info.filename


def _tar_entries(archive: Path, allowance: Allowance) -> Iterator[_Entry]:
    with opened_tar(archive) as (file, raw):
        for member in file:
            kind = "file" if member.isreg() else "folder" if member.isdir() else "link or device"
            yield _Entry(_tar_name(member.name), kind, member.size, partial(file.extractfile, member), raw.tell())
        for count in read_rest(file):
            allowance.take_bytes(count, archive)


def _tar_name(name: str) -> str:
    """tarfile keeps bytes that are not UTF-8 as half letters, which nothing can print."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return name.encode(errors="surrogateescape").decode("latin-1")
    return name
