"""What all losses share: which pixels count, and what a mask and logits say as probabilities."""

import torch
from torch import Tensor
from torch.nn import functional as F

from hairline.classes import IGNORE


def valid_pixels(mask: Tensor) -> Tensor:
    return mask != IGNORE


def mean_over(values: Tensor, valid: Tensor) -> Tensor:
    """Mean of [B, H, W] values where valid; 0, with a gradient of 0, where nothing is."""
    return (values * valid).sum() / valid.sum().clamp(min=1)


def one_hot(mask: Tensor, classes: int, *, first: int = 0) -> Tensor:
    """[B, H, W] class ids -> float32 [B, C - first, H, W]; an ignored pixel gets 0 in every class."""
    known = torch.arange(first, classes, device=mask.device, dtype=mask.dtype).view(1, -1, 1, 1)
    return (mask.unsqueeze(1) == known).float()


def foreground_probability(logits: Tensor, *, temperature: float = 1.0) -> Tensor:
    """[B, C, H, W] -> softmax without the background, [B, C - 1, H, W], float32 whatever the network computes in."""
    logits = logits.float()
    if logits.shape[1] == 2:  # half the work of a softmax over two
        return torch.sigmoid((logits[:, 1:] - logits[:, :1]) / temperature)
    return F.softmax(logits / temperature, dim=1)[:, 1:]
