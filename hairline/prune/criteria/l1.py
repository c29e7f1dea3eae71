"""Sum of the weights' absolute values: small filters go first."""

from torch import Tensor

from hairline.prune.criteria._mean import mean_over_layers
from hairline.prune.criteria._registry import Evidence, register_criterion
from hairline.prune.groups import Group


@register_criterion()
def l1(group: Group, evidence: Evidence) -> Tensor:
    return mean_over_layers(group, evidence, lambda _, weight: weight.abs())
