"""Open a zip whose list of entries is whole: a flipped bit can make zipfile pass over some of them in silence."""

import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_END, _END64, _LOCATOR64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_END_LENGTH, _END64_LENGTH, _LOCATOR64_LENGTH = 22, 56, 20
_LONGEST_END = _END64_LENGTH + _LOCATOR64_LENGTH + _END_LENGTH + (1 << 16)  # the last: a comment
_NOT_SAID = 0xFFFF  # "see the end record of zip64"


@contextmanager
def opened_zip(archive: Path) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(archive) as file:
        entries, promised, size = file.infolist(), _promised_entries(archive), archive.stat().st_size
        # many programs count no further than 16 bits and begin anew
        if promised != _NOT_SAID and (promised - len(entries)) % (1 << 16):
            raise zipfile.BadZipFile(f"{promised} entries were promised, {len(entries)} are listed")
        if not all(0 <= entry.header_offset < size for entry in entries):
            raise zipfile.BadZipFile("an entry lies outside of it")
        yield file


def _promised_entries(archive: Path) -> int:
    """What the end record says, which zipfile finds in the same way: the last one, as a comment may follow."""
    with archive.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - _LONGEST_END))
        tail = file.read()
    end = tail.rfind(_END)
    locator = end - _LOCATOR64_LENGTH
    end64 = locator - _END64_LENGTH
    if end64 >= 0 and tail.startswith(_LOCATOR64, locator) and tail.startswith(_END64, end64):
        return int.from_bytes(tail[end64 + 32 : end64 + 40], "little")
    return int.from_bytes(tail[end + 10 : end + 12], "little")
