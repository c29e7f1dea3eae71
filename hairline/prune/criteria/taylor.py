"""First-order Taylor: how much the loss would change if a weight were 0, |weight * gradient|, summed.

Paper: Molchanov et al. 2019, "Importance estimation for neural network pruning", https://arxiv.org/abs/1906.10771
"""

import torch
from torch import Tensor

from hairline.prune.criteria._mean import mean_over_layers
from hairline.prune.criteria._registry import Evidence, register_criterion
from hairline.prune.groups import Group


@register_criterion(needs_gradients=True)
def taylor(group: Group, evidence: Evidence) -> Tensor:
    """A weight without a gradient does not reach the loss, so it counts as 0."""

    def importance(name: str, weight: Tensor) -> Tensor:
        gradient = evidence.gradients.get(name)
        return torch.zeros_like(weight) if gradient is None else (weight * gradient).abs()

    return mean_over_layers(group, evidence, importance)
