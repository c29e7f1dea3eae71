"""Soft Dice: overlap of probability and mask, so that a thin crack weighs as much as its wide background.

Paper: Milletari et al. 2016, https://arxiv.org/abs/1606.04797
Differs: overlaps are summed over the whole batch, since a crop without cracks has none to measure; denominators are
not squared.
"""

from torch import Tensor

from hairline.losses._pixels import foreground_probability, one_hot, valid_pixels

SMOOTH = 1.0  # pixels; keeps an empty batch finite, and its gradient pointing away from false alarms


def dice(logits: Tensor, mask: Tensor) -> Tensor:
    """1 - Dice, the mean over the foreground classes."""
    valid = valid_pixels(mask).unsqueeze(1)
    probability = foreground_probability(logits) * valid  # [B, C - 1, H, W]
    truth = one_hot(mask, logits.shape[1], first=1)  # 0 where ignored
    pixels = (0, 2, 3)
    both = (probability * truth).sum(pixels)
    each = probability.sum(pixels) + truth.sum(pixels)
    return 1 - ((2 * both + SMOOTH) / (each + SMOOTH)).mean()
