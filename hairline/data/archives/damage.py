"""What Python raises while it reads an archive that was cut short or changed on its way, told as one error."""

import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hairline.errors import InputError

_DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    ValueError,
    NotImplementedError,  # a version of zip that never was
    RecursionError,  # headers of a tar that only announce further headers
)


class DamagedArchive(InputError):
    """Fetching it again may help."""


@contextmanager
def told_when_damaged(archive: Path) -> Iterator[None]:
    try:
        yield
    except _DAMAGE as error:
        raise _damaged(archive, error) from None
    except OSError as error:
        if error.errno is not None:
            raise
        raise _damaged(archive, error) from None  # what bz2 and gzip raise for bytes that are not theirs


def _damaged(archive: Path, error: Exception) -> DamagedArchive:
    return DamagedArchive(f"{archive}: damaged or cut short ({error}); fetch it again")
