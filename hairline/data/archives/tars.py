"""Open a tar that is read to its end: tarfile takes a broken header for the end, and believes headers of any size."""

import bz2
import gzip
import lzma
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

_CHUNK = 1 << 20
_OPENERS = {b"\x1f\x8b": gzip.open, b"BZ": bz2.open, b"\xfd7": lzma.open}
_ANNOUNCING = (
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
)
"""Headers that hold the names and remarks of what follows; tarfile reads each whole into memory."""
_LONGEST_ANNOUNCEMENT = 1_000_000  # bytes; names have about a hundred


class _Member(tarfile.TarInfo):
    @classmethod
    def fromtarfile(cls, file: tarfile.TarFile) -> tarfile.TarInfo:
        try:
            return super().fromtarfile(file)
        except (tarfile.InvalidHeaderError, tarfile.TruncatedHeaderError, tarfile.SubsequentHeaderError) as error:
            raise tarfile.ReadError(str(error)) from None

    def _proc_member(self, file: tarfile.TarFile) -> tarfile.TarInfo:
        """What tarfile offers to subclasses: a header is known, its body not yet read."""
        if self.type in _ANNOUNCING and self.size > _LONGEST_ANNOUNCEMENT:
            raise tarfile.ReadError(f"a header of {self.size} bytes")
        member = super()._proc_member(file)
        if member.size < 0:
            raise tarfile.ReadError(f"a size of {member.size} bytes")
        return member


class _PlainMember(_Member):
    """Compression has an end of its own; without, only the end mark tells a whole tar from its beginning."""

    @classmethod
    def fromtarfile(cls, file: tarfile.TarFile) -> tarfile.TarInfo:
        try:
            return super().fromtarfile(file)
        except tarfile.EmptyHeaderError:
            raise tarfile.ReadError("no end mark") from None


@contextmanager
def opened_tar(archive: Path) -> Iterator[tuple[tarfile.TarFile, IO[bytes]]]:
    """The tar, and the file on the disk that it comes from: its position is how far the reading got."""
    with archive.open("rb") as raw:
        opener = _OPENERS.get(raw.read(2))
        raw.seek(0)
        # tarfile takes a compressed stream that breaks off for a short archive; the decompressors themselves do not
        stream = opener(raw) if opener else raw
        member = _Member if opener else _PlainMember
        with stream, tarfile.open(fileobj=stream, mode="r|", tarinfo=member) as file:
            yield file, raw


def read_rest(file: tarfile.TarFile) -> Iterator[int]:
    """Read what lies behind the last member, which is zeros and the checksum of the compression; the sizes read."""
    while rest := file.fileobj.read(_CHUNK):
        if rest.strip(b"\0"):
            raise tarfile.ReadError("more comes behind its end mark")
        yield len(rest)
