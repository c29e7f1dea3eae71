"""Pictures of any size: a big one is predicted in overlapping tiles, whose answers fade into each other.

The memory that a network takes is then that of one tile. What grows with the picture is its own numbers and one
probability a class and pixel.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from hairline.engine.device import number_format
from hairline.engine.predict import predict_probabilities
from hairline.errors import InputError
from hairline.models.parts.normalisation import normalise

WORTH = 1.5
"""A picture of up to so many times a tile's pixels is predicted whole: its few tiles would cost more than they save."""
GRID = 32
"""Tiles begin at multiples of it, so a network that halves a picture five times halves a tile at the same places."""
_UNSEEN = 4
"""The outermost quarter of an overlap is left to the neighbour, who sees more of what lies around it."""

Span = tuple[int, int]
"""First and past-the-last row, or column, of a tile."""
OnTile = Callable[[int, int], None]
"""Told after each tile how many of how many are done."""


def is_big(height: int, width: int, *, side: int) -> bool:
    """Whether tiles of this side are worth their overlap; a side of 0 leaves every picture whole."""
    return side > 0 and height * width > WORTH * side * side


def predict_in_tiles(
    model: nn.Module,
    images: Tensor,
    *,
    normalisation: str,
    precision: str,
    side: int,
    overlap: int,
    on_tile: OnTile | None = None,
) -> Tensor:
    """As `predict_probabilities`: [B, H, W, 3] uint8 -> [B, C, H, W] probabilities, float32, where `images` lie.

    Only tiles travel to the device of `model`, so pictures that lie on the CPU never fill a GPU. They are normalised
    before they are cut: a tile of bare wall, normalised by itself, would be blown up to the contrast of a crack.
    """
    if side and not 0 <= overlap <= side // 3:  # with more, three tiles would meet
        raise InputError(f"tiles of {side} px cannot overlap by {overlap} px; give 0 to {side // 3}")
    device = next(model.parameters()).device
    height, width = images.shape[1:3]
    if not is_big(height, width, side=side):
        whole = predict_probabilities(model, images.to(device), normalisation=normalisation, precision=precision)
        return whole.to(images.device)

    rows, columns = (spans(length, side=side, overlap=overlap) for length in (height, width))
    row_weights, column_weights = (fade(each, overlap=overlap, device=images.device) for each in (rows, columns))
    total: Tensor | None = None
    done = 0
    with torch.inference_mode(), number_format(device, precision):
        normalised = normalise(images, normalisation)
        for (top, bottom), down in zip(rows, row_weights, strict=True):
            for (left, right), across in zip(columns, column_weights, strict=True):
                tile = normalised[..., top:bottom, left:right].to(device)
                tile = tile.contiguous(memory_format=torch.channels_last)
                probability = model(tile).float().softmax(dim=1).to(images.device)
                if total is None:  # only now is the number of classes known
                    total = torch.zeros(*probability.shape[:2], height, width, device=images.device)
                total[..., top:bottom, left:right] += probability.mul_(down[:, None] * across)
                done += 1
                if on_tile:
                    on_tile(done, len(rows) * len(columns))
    assert total is not None
    return total


def spans(length: int, *, side: int, overlap: int) -> list[Span]:
    """Along one axis: as few tiles of at most `side` as cover it, made as small as their number allows.

    Neighbours have exactly `overlap` in common, and the last one ends where the picture does.
    """
    if length <= side:
        return [(0, length)]
    beyond = length - overlap
    count = -(-beyond // (side - overlap))
    step = min(-(-beyond // (count * GRID)) * GRID, side - overlap)
    return [(start, min(start + step + overlap, length)) for start in range(0, beyond, step)]


def fade(parts: Sequence[Span], *, overlap: int, device: torch.device | None = None) -> list[Tensor]:
    """Along one axis: how much each pixel of each tile counts; at every pixel of the picture they sum to 1.

    Near a cut through the picture a tile counts for nothing, then more and more; at the picture's own border, fully.
    """
    unseen = overlap // _UNSEEN
    ramp = overlap - 2 * unseen + 1
    places = torch.arange(overlap, dtype=torch.float64)
    rise = ((places - unseen + 1) / ramp).clamp(0, 1).mul(torch.pi / 2).sin().square()  # with its mirror image: 1
    weights = []
    for place, (start, stop) in enumerate(parts):
        weight = torch.ones(stop - start, dtype=torch.float64)
        if place > 0:
            weight[:overlap] *= rise
        if place < len(parts) - 1:
            weight[len(weight) - overlap :] *= rise.flip(0)
        weights.append(weight.float().to(device))
    return weights
