"""Focal loss: cross-entropy that fades on pixels the network already gets right.

Paper: Lin et al. 2017, https://arxiv.org/abs/1708.02002
Differs: softmax instead of a sigmoid per class; class weights take the place of its alpha.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from hairline.classes import IGNORE
from hairline.losses._pixels import mean_over, valid_pixels


def focal(logits: Tensor, mask: Tensor, *, class_weights: Sequence[float] = (), gamma: float = 2.0) -> Tensor:
    """Mean over the valid pixels of w (1 - p)^gamma (-log p), p the probability of the true class."""
    surprise = F.cross_entropy(logits.float(), mask.long(), ignore_index=IGNORE, reduction="none")
    values = (1 - torch.exp(-surprise)) ** gamma * surprise
    if class_weights:
        weight = torch.tensor(class_weights, dtype=torch.float32, device=logits.device)
        values = values * weight[mask.long().clamp(max=len(weight) - 1)]  # ignored pixels take any weight, times 0
    return mean_over(values, valid_pixels(mask))
