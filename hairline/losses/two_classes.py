"""Weighted cross-entropy and Dice of crack and background in one pass, with a gradient of its own.

The same numbers as `cross_entropy` and `dice`: both follow from the crack's probability, and so do their slopes. Done
together they cost half the time, and for a small network the losses of its heads are a third of a training step.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx, once_differentiable
from torch.nn import functional as F

from hairline.classes import IGNORE
from hairline.losses.dice import SMOOTH

_TINY = torch.finfo(torch.float32).tiny  # what a sum of nothing is divided by


def cross_entropy_and_dice(
    logits: Tensor, mask: Tensor, *, cross_entropy: float, dice: float, class_weights: Sequence[float] = ()
) -> Tensor:
    """`cross_entropy` times the one plus `dice` times the other, for logits [B, 2, H, W]."""
    background, crack = class_weights or (1.0, 1.0)
    return _Both.apply(logits, mask, float(background), float(crack), float(cross_entropy), float(dice))


class _Both(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: FunctionCtx, logits: Tensor, mask: Tensor, background: float, crack: float, entropy: float, dice: float
    ) -> Tensor:
        margin = logits[:, 1].float() - logits[:, 0].float()
        is_crack, is_known = mask == 1, mask != IGNORE
        truth, probability = is_crack.float(), torch.sigmoid(margin)
        weight = torch.where(is_crack, crack, background) * is_known

        wrong_margin = torch.where(is_crack, -margin, margin)
        # -log p of the true class is softplus of this; torch's own softplus is slow on a CPU
        surprise = F.relu(wrong_margin) - torch.sigmoid(wrong_margin.abs()).log_()
        weights = weight.sum().clamp(min=_TINY)
        cost = entropy * (surprise * weight).sum() / weights
        slope = (probability - truth) * weight * (entropy / weights)

        pixels = (1, 2)
        probability = probability * is_known
        both = 2 * (probability * truth).sum(pixels) + SMOOTH
        each = probability.sum(pixels) + truth.sum(pixels) + SMOOTH
        cost = cost + dice * (1 - (both / each).mean())
        share = dice / len(mask)
        steep = (both / each**2 * share).view(-1, 1, 1) - truth * (2 / each * share).view(-1, 1, 1)
        slope.addcmul_(probability * (1 - probability), steep)  # p (1 - p), or 0 where ignored

        ctx.save_for_backward(slope)
        ctx.dtype = logits.dtype
        return cost

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, gradient: Tensor) -> tuple[Tensor | None, ...]:
        (slope,) = ctx.saved_tensors
        slope = slope * gradient
        return torch.stack([-slope, slope], dim=1).to(ctx.dtype), None, None, None, None, None
