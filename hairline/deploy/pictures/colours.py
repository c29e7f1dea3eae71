"""A colour for each class, none twice, however many there are."""

import colorsys

import numpy as np

from hairline import palette
from hairline.data.sheet.pictures import OUTLINES

BACKGROUND = (0, 0, 0)
_PLAIN = tuple(palette.rgb(colour) for colour in OUTLINES)  # as on the pages of the data sets
_WHITE = (255, 255, 255)
_TINT, _SHADE = 0.55, 0.45
"""How much white, and how much black, is in the second and third round of colours."""
_TURN = 0.618034  # of the colour circle: the golden ratio never comes close to an earlier place soon


def class_colours(count: int) -> np.ndarray:
    """uint8 [count, 3] by class id, background first: the palette, then its tints, its shades, then any hue."""
    rounds = [
        *_PLAIN,
        *(_mixed(colour, _WHITE, _TINT) for colour in _PLAIN),
        *(_mixed(colour, BACKGROUND, _SHADE) for colour in _PLAIN),
    ]
    colours = [BACKGROUND, *rounds][:count]
    place = 0
    while len(colours) < count:
        place += 1
        brightness = (1.0, 0.85, 0.7)[place % 3]
        colour = tuple(round(255 * part) for part in colorsys.hsv_to_rgb(place * _TURN % 1, 0.75, brightness))
        if colour not in colours:
            colours.append(colour)
    return np.array(colours, np.uint8)


def _mixed(colour: tuple[int, ...], other: tuple[int, ...], share: float) -> tuple[int, ...]:
    return tuple(round(a * (1 - share) + b * share) for a, b in zip(colour, other, strict=True))
