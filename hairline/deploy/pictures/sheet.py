"""One photograph, what was found in it, and what the colours mean."""

from collections.abc import Sequence

import numpy as np

from hairline.deploy.pictures import modes
from hairline.deploy.pictures.legend import Entry, add_legend
from hairline.deploy.pictures.letters import letter_size
from hairline.deploy.pictures.measure import measure, percent


def draw_sheet(
    mode: str, image: np.ndarray, ids: np.ndarray, classes: Sequence[str], colours: np.ndarray
) -> np.ndarray:
    """RGB [H, W, 3]. The background has an entry where it has a colour of its own."""
    size = letter_size(*ids.shape)
    if mode == "side_by_side":
        drawn = modes.side_by_side(image, ids, colours, gap=max(4, size // 3))
    elif mode == "overlay":
        drawn = modes.overlay(image, ids, colours)
    else:
        drawn = modes.contours(image, ids, colours)
    shares = measure(ids, classes=len(classes)).shares
    entries = [
        Entry(f"{name} {percent(share)}", tuple(colour))
        for name, share, colour in zip(classes, shares, colours.tolist(), strict=True)
    ]
    return add_legend(drawn, entries[0 if mode == "side_by_side" else 1 :], size=size)
