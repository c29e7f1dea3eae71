"""Soft Dice: overlap of probability and mask, so that a thin crack weighs as much as its wide background.

Paper: Milletari et al. 2016, https://arxiv.org/abs/1606.04797
Differs: denominators are not squared; a mean over pictures. Summed over a batch instead, wide cracks drown thin ones:
on photographs of thin cracks that cost 0.2 of F1 (docs/synthetic.md).
"""

from torch import Tensor

from hairline.losses._pixels import foreground_probability, one_hot, valid_pixels

SMOOTH = 20.0  # pixels; a picture without cracks costs little for a few false alarms, and all for many


def dice(logits: Tensor, mask: Tensor) -> Tensor:
    """1 - Dice, the mean over pictures and foreground classes."""
    valid = valid_pixels(mask).unsqueeze(1)
    probability = foreground_probability(logits) * valid  # [B, C - 1, H, W]
    truth = one_hot(mask, logits.shape[1], first=1)  # 0 where ignored
    pixels = (2, 3)
    both = (probability * truth).sum(pixels)
    each = probability.sum(pixels) + truth.sum(pixels)
    return 1 - ((2 * both + SMOOTH) / (each + SMOOTH)).mean()
