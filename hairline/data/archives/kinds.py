"""What a file is, by its first bytes: names and servers' words are often wrong."""

from pathlib import Path

from hairline.data.archives.damage import told_when_damaged
from hairline.data.archives.tars import opened_tar
from hairline.data.archives.zips import opened_zip
from hairline.errors import InputError

UNREADABLE = {b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!\x1a\x07": "RAR"}
SUFFIXES = (".zip", ".tar", ".tgz", ".tar.gz", ".tbz2", ".tar.bz2", ".txz", ".tar.xz", ".rar", ".7z")

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # the second: a zip of nothing
_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
_TAR_MARK = slice(257, 262)
_WEB_PAGE = (b"<!doctype html", b"<html")


def is_archive_name(name: str) -> bool:
    return name.lower().endswith(SUFFIXES)


def is_web_page(start: bytes) -> bool:
    """`start`: the first bytes of a file or an answer."""
    return start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_WEB_PAGE)


def archive_kind(path: Path) -> str:
    """zip or tar; what is neither is refused with advice. A tar may be compressed."""
    with path.open("rb") as file:
        start = file.read(1024)
    for magic, kind in UNREADABLE.items():
        if start.startswith(magic):
            raise InputError(
                f"{path}: a {kind} archive, which is not read here; unpack it by hand and give the folder instead"
            )
    if is_web_page(start):
        raise InputError(f"{path}: a web page, no archive; download the file itself, in a browser if need be")
    if start.startswith(_ZIP):
        return "zip"
    if start[_TAR_MARK] == b"ustar" or start.startswith(_COMPRESSED):
        return "tar"
    raise InputError(
        f"{path}: neither zip nor tar (it starts with {start[:8]!r}); give the archive as it was published"
    )


def check_archive(path: Path) -> None:
    """Refuse at once what can be seen to be no whole archive, without reading all of it."""
    kind = archive_kind(path)
    with told_when_damaged(path), opened_zip(path) if kind == "zip" else opened_tar(path):
        pass  # of a zip the list at its end is read, of a tar the first header
