"""Photographs: the one place where image files are opened, and where a broken one is found out.

Pillow decodes, not OpenCV: it refuses a truncated file, which OpenCV fills with grey, and it knows the size before it
spends the memory.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hairline.errors import InputError
from hairline.io import write_bytes

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff")
MAX_PIXELS = 178_000_000
"""Larger pictures are refused before they are decoded. Pillow by itself would warn from half of that on."""

_UNSCALED = 4096  # values below, as 12 bits hold, come out nearly black when 16 bits lose their low byte
_ORIENTATION = 0x0112  # the EXIF tag; 1 means upright
_UPRIGHT = 1


class PictureError(InputError):
    """One file that cannot be used; the parts are kept so that many can be listed under the same advice."""

    def __init__(self, name: str, reason: str, advice: str) -> None:
        super().__init__(f"{name}: {reason}; {advice}")
        self.name, self.reason, self.advice = name, reason, advice


@dataclass(frozen=True)
class Picture:
    """What a file holds before anything is made of its values."""

    pixels: np.ndarray
    """[H, W] or [H, W, channels], upright, in the file's own depth."""
    mode: str
    """Pillow's word for the kind of pixels: RGB, L, P, 1, I;16, ..."""
    palette: np.ndarray | None
    """uint8 [entries, 3] when the pixels are numbers of colours."""
    plain: bool
    """Already 8-bit RGB and upright: the file can be used as it is."""
    turned: bool
    """An EXIF tag asked for a rotation, which `pixels` has."""


def is_picture(path: Path) -> bool:
    """By its name; what is in it shows when it is read."""
    return path.suffix.lower() in SUFFIXES


def read_image(path: Path) -> np.ndarray:
    """uint8 [H, W, 3] RGB of any grey, colour, transparent, 16-bit or EXIF-rotated photograph."""
    return to_rgb(read_picture(path), name=name_of(path))


def name_of(path: Path) -> str:
    """With its folder, since an image and its mask often share a name."""
    return f"{path.parent.name}/{path.name}"


def read_picture(path: Path) -> Picture:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise PictureError(str(path), "no such file", "run the stage that writes it, or restore it") from None
    return decode_picture(content, name=name_of(path))


def decode_picture(content: bytes, *, name: str) -> Picture:
    """Decode all of it; a file that is cut short or lies about its size is an error, never a half-grey picture."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with Image.open(io.BytesIO(content)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise _too_large(name)
            # Pillow calls 16-bit colour RGB as well; the tiles, which know better, are gone once the EXIF tags are read
            sixteen_bit = any(";16" in str(tile) for tile in picture.tile)
            turned = picture.getexif().get(_ORIENTATION, _UPRIGHT) != _UPRIGHT
            picture.load()
            upright = ImageOps.exif_transpose(picture) if turned else picture
            if upright.mode in ("CMYK", "YCbCr", "LAB"):
                upright = upright.convert("RGB")
            palette = upright.getpalette("RGB") if upright.mode == "P" else None
            pixels = np.array(upright)
            if sixteen_bit and pixels.ndim == 3 and pixels[..., :3].max() < _UNSCALED >> 8:
                _refuse_unscaled(_largest_of_colours(content), name=name)
            return Picture(
                pixels=pixels,
                mode=upright.mode,
                palette=None if palette is None else np.array(palette, np.uint8).reshape(-1, 3),
                plain=picture.mode == "RGB" and not turned and not sixteen_bit,
                turned=turned,
            )
    except UnidentifiedImageError:
        raise PictureError(name, "is no picture inside" if content else "is empty", "replace or remove it") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large(name) from None
    except PictureError:
        raise
    except Exception as error:  # a broken file makes Pillow raise a dozen kinds; each means the same here
        reason = " ".join(str(error).split()) or type(error).__name__
        raise PictureError(name, f"cannot be decoded ({reason})", "replace or remove it") from None


def _largest_of_colours(content: bytes) -> int:
    """Of 16-bit colour, whose low bytes Pillow drops."""
    import cv2

    decoded = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH)
    return 0 if decoded is None else int(decoded.max())  # of a kind that only Pillow reads nothing is known


def _refuse_unscaled(largest: int, *, name: str) -> None:
    if 0 < largest < _UNSCALED:
        raise PictureError(name, f"uses {largest.bit_length()} of 16 bits", "scale it to the full range, or to 8 bits")


def _too_large(name: str) -> PictureError:
    return PictureError(name, f"claims more than {MAX_PIXELS // 1_000_000} million pixels", "cut it into smaller tiles")


def to_rgb(picture: Picture, *, name: str) -> np.ndarray:
    """uint8 [H, W, 3]; 16-bit values lose their low byte, transparency is dropped."""
    pixels = picture.pixels
    if picture.palette is not None:
        return picture.palette[np.minimum(pixels, len(picture.palette) - 1)]
    if pixels.dtype == bool:
        pixels = pixels.astype(np.uint8) * 255
    elif picture.mode.startswith("I;16"):
        _refuse_unscaled(int(pixels.max(initial=0)), name=name)
        pixels = (pixels >> 8).astype(np.uint8)
    elif picture.mode not in ("L", "LA", "RGB", "RGBA"):
        raise PictureError(name, f"has pixels of the kind {picture.mode}", "save it as 8-bit grey or RGB")
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    if pixels.shape[2] <= 2:  # grey, perhaps with transparency
        pixels = np.repeat(pixels[..., :1], 3, axis=2)
    return np.ascontiguousarray(pixels[..., :3])


def encode_png(pixels: np.ndarray) -> bytes:
    """A PNG of uint8 [H, W] or RGB [H, W, 3]; equal pixels give equal bytes."""
    import cv2

    done, content = cv2.imencode(".png", pixels if pixels.ndim == 2 else pixels[..., ::-1])
    assert done, f"PNG of {pixels.shape} {pixels.dtype}"
    return content.tobytes()


def write_png(path: Path, pixels: np.ndarray) -> None:
    write_bytes(path, encode_png(pixels))
