"""Maps from 0 to 1 as heat over a photograph, many on one sheet, with a bar that says what the colours mean."""

import math
from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from hairline.deploy.pictures import letters
from hairline.deploy.pictures.legend import BLACK, WHITE

_HEAT_SHARE = 0.6
_CELL = (320, 640)  # the smallest and the largest longer side of a picture on a sheet
_WIDER_THAN_HIGH = 1.5  # as screens are
_COLOURS = cv2.COLORMAP_INFERNO  # even in brightness, and told apart by colour-blind people


def draw_heat(image: np.ndarray, heat: np.ndarray) -> np.ndarray:
    """uint8 [H, W, 3] and float [H, W] -> the photograph in grey, under the heat."""
    grey = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    return cv2.addWeighted(grey, 1 - _HEAT_SHARE, _coloured(heat), _HEAT_SHARE, 0)


def draw_heat_sheet(
    title: Sequence[str], image: np.ndarray, heats: Mapping[str, np.ndarray], *, first: tuple[str, np.ndarray]
) -> np.ndarray:
    """Lines of a title, a captioned picture, and behind it a picture a heat, captioned by its key."""
    height, width = _cell_size(*image.shape[:2])
    size = letters.letter_size(3 * height // 2, 3 * width // 2)
    cells = [first, *((name, draw_heat(image, heat)) for name, heat in heats.items())]
    rows = max(1, round(math.sqrt(len(cells) * width / height / _WIDER_THAN_HIGH)))
    columns = -(-len(cells) // rows)
    gap, line = size, letters.height_of(size)
    wide, high = width + gap, height + line + gap
    top = gap + len(title) * line + gap
    bar = 3 * line + gap
    texts = max(letters.width_of(text, size) for text in title)
    across = max(gap + columns * wide, texts + 2 * gap)
    sheet = np.full((top + -(-len(cells) // columns) * high + bar, across, 3), WHITE, np.uint8)
    for row, text in enumerate(title):
        letters.write(sheet, text, left=gap, top=gap + row * line, size=size, colour=BLACK)
    interpolation = cv2.INTER_AREA if width < image.shape[1] else cv2.INTER_CUBIC
    for place, (name, picture) in enumerate(cells):
        y, x = top + place // columns * high, gap + place % columns * wide
        letters.write(sheet[:, : x + width], name, left=x, top=y, size=size, colour=BLACK)
        sheet[y + line : y + line + height, x : x + width] = cv2.resize(
            picture, (width, height), interpolation=interpolation
        )
    _draw_bar(sheet, top=len(sheet) - bar, left=gap, width=min(across - 2 * gap, 2 * width), size=size)
    return sheet


def _cell_size(height: int, width: int) -> tuple[int, int]:
    longest = max(height, width)
    factor = min(max(longest, _CELL[0]), _CELL[1]) / longest
    return max(1, round(height * factor)), max(1, round(width * factor))


def _draw_bar(sheet: np.ndarray, *, top: int, left: int, width: int, size: int) -> None:
    line = letters.height_of(size)
    sheet[top : top + line, left : left + width] = _coloured(np.linspace(0, 1, width)[None])
    low, high = "0: nothing speaks for it", "1: the strongest place"
    letters.write(sheet, low, left=left, top=top + line, size=size, colour=BLACK)
    if letters.width_of(f"{low}  {high}", size) < width:
        place = left + width - letters.width_of(high, size)
        letters.write(sheet, high, left=place, top=top + line, size=size, colour=BLACK)


def _coloured(heat: np.ndarray) -> np.ndarray:
    values = np.rint(np.clip(heat, 0, 1) * 255).astype(np.uint8)
    return cv2.cvtColor(cv2.applyColorMap(values, _COLOURS), cv2.COLOR_BGR2RGB)
