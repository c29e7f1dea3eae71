"""The loss of the MCFF-L paper: meant to weigh cracks 200 times, it is 40 001 times the mean squared error.

Source: https://github.com/LovingThresh/MCFF-L_Net, whose loss is, with crack probability p, truth t and a = 200,
mean((a t - a p)^2) + mean((t' - p')^2) + mean((p + p' - 1)^2) over crack and background (primed). Probabilities sum
to 1, so the third term is 0 and the second is the first without a^2: nothing is weighed. Kept to repeat the paper.
Differs: with more than two classes, every foreground class takes the crack's place.
"""

import torch
from torch import Tensor

from hairline.losses._pixels import foreground_probability, mean_over, one_hot, valid_pixels

ALPHA = 200.0


def legacy_mse(logits: Tensor, mask: Tensor) -> Tensor:
    return _loss(logits, one_hot(mask, logits.shape[1], first=1), valid_pixels(mask), temperature=1.0)


def legacy_mse_to(logits: Tensor, probability: Tensor, *, valid: Tensor, temperature: float = 1.0) -> Tensor:
    """The same against any probability [B, C, H, W], over the pixels that are valid [B, H, W]."""
    return _loss(logits, probability[:, 1:], valid, temperature=temperature)


def _loss(logits: Tensor, foreground: Tensor, valid: Tensor, *, temperature: float) -> Tensor:
    error = foreground_probability(logits, temperature=temperature) - foreground
    of_background = error.sum(1)  # up to its sign: probabilities sum to 1, so errors to 0
    return mean_over(ALPHA**2 * torch.square(error).sum(1) + torch.square(of_background), valid)
