"""Scales of the batch norms (or instance norms): a channel scaled to nearly nothing goes first.

Paper: Liu et al. 2017, "Learning efficient convolutional networks through network slimming",
https://arxiv.org/abs/1708.06519
Differs: channels without a norm are ranked by their weights, as l1 does, so that all criteria cut to the same size.
"""

from torch import Tensor

from hairline.errors import InputError
from hairline.models.parts.widths import NORMS
from hairline.prune.criteria._mean import mean_over_layers
from hairline.prune.criteria._registry import Evidence, register_criterion
from hairline.prune.groups import Group


@register_criterion()
def bn_scale(group: Group, evidence: Evidence) -> Tensor:
    norms = {name for name, layer in evidence.layers.items() if isinstance(layer, NORMS) and layer.weight is not None}
    if not norms:
        raise InputError("pruning criterion bn_scale: this network has no norm with a scale; choose l1, l2 or taylor")
    of_norms = [part for part in group.slices if part.layer in norms]
    return mean_over_layers(group, evidence, lambda _, weight: weight.abs(), slices=of_norms or None)
