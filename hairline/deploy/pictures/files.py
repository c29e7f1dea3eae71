"""Pictures from and to disk, with one clear line for what a disk can get wrong."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from hairline.data.images import PictureError
from hairline.errors import InputError
from hairline.io import write_bytes

_LARGEST = 65_500  # a side of a JPEG
_QUALITY = 92
_NOT_WRITABLE = {
    errno.EACCES, errno.EEXIST, errno.EISDIR, errno.ENAMETOOLONG, errno.ENOENT, errno.ENOTDIR, errno.EPERM, errno.EROFS,
}  # fmt: skip


def read_content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise PictureError(str(path), f"cannot be read ({error.strerror})", "check the file and its rights") from None


def write_jpeg(path: Path, pixels: np.ndarray) -> None:
    """RGB [H, W, 3], with colours at full size: halved, as they usually are, they would blur a line of two pixels."""
    import cv2

    height, width = pixels.shape[:2]
    if max(height, width) > _LARGEST:
        raise PictureError(path.name, f"would be {width} x {height}, too large for a JPEG", "use --mode save_mask")
    options = [
        *(cv2.IMWRITE_JPEG_QUALITY, _QUALITY),
        *(cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444),
    ]
    done, content = cv2.imencode(".jpg", pixels[..., ::-1], options)
    assert done, f"JPEG of {pixels.shape} {pixels.dtype}"
    write_bytes(path, content.tobytes())


@contextmanager
def writing_to(out: Path) -> Iterator[None]:
    """A folder that cannot be written, such as one on a read-only disk, is the user's to change."""
    try:
        yield
    except OSError as error:
        if error.errno not in _NOT_WRITABLE:
            raise
        raise InputError(
            f"{error.filename or out}: cannot be written ({error.strerror}); choose another --out"
        ) from None
