"""Cracks, and what could be taken for one, drawn onto the crop of a photograph by the hand that draws `synthetic`.

A few photographs show few cracks on few grounds. This gives each ground cracks of other kinds, and things that are
none.
"""

import numpy as np

from hairline.data.synthetic.draw import HIDDEN, draw_cracks
from hairline.data.synthetic.layer import lay
from hairline.data.synthetic.marks import MARKS
from hairline.data.synthetic.things import THINGS

_WIDTH = (1.5, 20.0)  # mean width of the thinnest and the widest crack, pixels of the crop
_FAINTEST = 0.35  # opacity
_NAMES = (*MARKS, *THINGS)


def draw_on(
    image: np.ndarray, *, crack: bool, thing: bool, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(the picture, where a crack was drawn, where the photograph is hidden) of uint8 [S, S, 3]; maps are bool [S, S].

    A mark, such as a joint or a scratch, lies below the crack; a thing, such as a twig or a wire, lies on top.
    """
    name = _NAMES[int(rng.integers(len(_NAMES)))] if thing else ""
    picture = image.astype(np.float32)
    cracked, hidden = np.zeros(image.shape[:2], bool), np.zeros(image.shape[:2], bool)
    if name in MARKS:
        mark = MARKS[name](rng, len(image))
        picture = lay(picture, mark)
        if not mark.keeps_texture:  # through thin paint, the photograph's own crack is still seen
            hidden = mark.cover > HIDDEN
    if crack:
        picture, mask = draw_cracks(rng, picture, width=_WIDTH, faintest=_FAINTEST)
        cracked = mask > 0
    if name in THINGS:
        layer = THINGS[name](rng, len(image))
        picture, hidden = lay(picture, layer), layer.cover > HIDDEN
        cracked &= ~hidden
    return picture.clip(0, 255).astype(np.uint8), cracked, hidden
