"""Words on pictures, sharp at any size. In DejaVu Sans, which matplotlib brings."""

from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

SMALLEST, LARGEST = 13, 140
_OF_PICTURE = 55
"""Letters are this part of a picture's longer side: to be read when all of it fits a screen."""


def letter_size(height: int, width: int) -> int:
    """In pixels, for words below a picture of this size."""
    return min(max(round(max(height, width) / _OF_PICTURE), SMALLEST), LARGEST)


def width_of(text: str, size: int) -> int:
    return round(_font(size).getlength(text))


def height_of(size: int) -> int:
    """Of a line, from the top of its tallest letter to the bottom of its deepest."""
    return sum(_font(size).getmetrics())


def write(canvas: np.ndarray, text: str, *, left: int, top: int, size: int, colour: tuple[int, int, int]) -> None:
    """Into uint8 [H, W, 3], in place; what does not fit is cut off."""
    height, width = height_of(size), width_of(text, size) + 1
    part = canvas[top : top + height, left : left + width]
    drawn = Image.fromarray(part)
    ImageDraw.Draw(drawn).text((0, 0), text, font=_font(size), fill=colour)
    part[:] = np.asarray(drawn)


@lru_cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    import matplotlib

    return ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSans.ttf", size)
