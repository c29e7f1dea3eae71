"""Any channel, by lot: the control that every other criterion has to beat. One seed gives one choice."""

import torch
from torch import Tensor

from hairline.prune.criteria._registry import Evidence, register_criterion
from hairline.prune.groups import Group


@register_criterion()
def random(group: Group, evidence: Evidence) -> Tensor:
    return torch.rand(group.width, generator=evidence.generator)
