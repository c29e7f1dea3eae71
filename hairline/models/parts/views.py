"""Ask a network several times about one picture, at several sizes and mirrored, and take the mean of its answers.

Better than one look, at that many times the cost; so what is measured of a network is measured of all its views.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_MIRRORED = ((), (-1,), (-2,), (-1, -2))
"""The axes that are turned round: none, sideways, upside down, both."""
_TINY = 1e-8  # a probability's logarithm must exist


class Views(nn.Module):
    """A network like any other: image -> logits whose softmax is the mean of all views' probabilities."""

    def __init__(self, model: nn.Module, *, scales: Sequence[float], mirror: bool) -> None:
        super().__init__()
        self.model, self.scales = model, tuple(scales)
        self.turns = _MIRRORED if mirror else _MIRRORED[:1]

    def forward(self, image: Tensor) -> Tensor:
        total = torch.zeros((), device=image.device)
        for scale in self.scales:
            resized = _resize(image, scale)
            for turn in self.turns:
                probability = _turned(self.model(_turned(resized, turn)).float().softmax(dim=1), turn)
                total = total + F.interpolate(probability, image.shape[-2:], mode="bilinear", align_corners=False)
        return (total / (len(self.scales) * len(self.turns))).clamp_min(_TINY).log()


def with_views(model: nn.Module, *, scales: Sequence[float], mirror: bool) -> nn.Module:
    """The network itself where one look is all."""
    return model if tuple(scales) == (1,) and not mirror else Views(model, scales=scales, mirror=mirror)


def _turned(image: Tensor, axes: tuple[int, ...]) -> Tensor:
    return image.flip(axes) if axes else image


def _resize(image: Tensor, scale: float) -> Tensor:
    if scale == 1:
        return image
    height, width = (max(1, round(int(side) * scale)) for side in image.shape[-2:])  # a traced side is a tensor
    return F.interpolate(image, (height, width), mode="bilinear", align_corners=False, antialias=scale < 1)
