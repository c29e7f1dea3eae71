"""What the colours mean, in a white strip below a picture, so that nothing of the picture is covered."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hairline.deploy.pictures import letters

BLACK, GREY, WHITE = (0, 0, 0), (140, 140, 140), 255


@dataclass(frozen=True)
class Entry:
    text: str
    colour: tuple[int, int, int]


def add_legend(picture: np.ndarray, entries: Sequence[Entry], *, size: int) -> np.ndarray:
    """[H, W, 3] -> the same, taller, and wider only where a single entry would not fit. `size` is of the letters."""
    gap, line = max(2, size // 2), letters.height_of(size)
    widths = [line + gap + letters.width_of(entry.text, size) for entry in entries]
    width = max(picture.shape[1], max(widths) + 2 * gap)
    lines: list[list[tuple[int, Entry]]] = [[]]
    left = gap
    for entry, entry_width in zip(entries, widths, strict=True):
        if lines[-1] and left + entry_width + gap > width:
            lines.append([])
            left = gap
        lines[-1].append((left, entry))
        left += entry_width + 3 * gap
    height = gap + len(lines) * (line + gap)
    strip = np.full((height, width, 3), WHITE, np.uint8)
    for row, placed in enumerate(lines):
        top = gap + row * (line + gap)
        for left, entry in placed:
            box = strip[top : top + line, left : left + line]
            box[:] = GREY  # a rim, so that white and pale colours show
            box[1:-1, 1:-1] = entry.colour
            letters.write(strip, entry.text, left=left + line + gap, top=top, size=size, colour=BLACK)
    return np.concatenate([widened(picture, width), strip])


def widened(picture: np.ndarray, width: int) -> np.ndarray:
    """White to its right, up to `width`."""
    missing = width - picture.shape[1]
    return np.pad(picture, ((0, 0), (0, missing), (0, 0)), constant_values=WHITE) if missing else picture
