"""The seven classes of S2DS, numbered as the `s2ds` source numbers them, and the colours its authors paint them in."""

import numpy as np

from hairline.classes import IGNORE

BACKGROUND, CRACK, SPALLING, CORROSION, EFFLORESCENCE, VEGETATION, CONTROL_POINT = range(7)

CLASSES = {
    BACKGROUND: "background",
    CRACK: "crack",
    SPALLING: "spalling",
    CORROSION: "corrosion",
    EFFLORESCENCE: "efflorescence",
    VEGETATION: "vegetation",
    CONTROL_POINT: "control_point",
}

COLOURS = {
    BACKGROUND: (0, 0, 0),
    CRACK: (255, 255, 255),
    SPALLING: (255, 0, 0),
    CORROSION: (255, 255, 0),
    EFFLORESCENCE: (0, 255, 255),
    VEGETATION: (0, 255, 0),
    CONTROL_POINT: (0, 0, 255),
    IGNORE: (255, 0, 255),
}
"""RGB. S2DS has no colour for what is ignored; magenta is free, and the `s2ds` source reads it back as ignored."""

_TABLE = np.zeros((256, 3), np.uint8)
for _id, _colour in COLOURS.items():
    _TABLE[_id] = _colour


def coloured(mask: np.ndarray) -> np.ndarray:
    """uint8 [H, W] class ids -> RGB [H, W, 3]."""
    return _TABLE[mask]
