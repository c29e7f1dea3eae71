"""What the criteria on weights share: the sum over each channel's weights, then the mean over the group's layers."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd

from hairline.errors import InputError
from hairline.prune.criteria._registry import Evidence
from hairline.prune.groups import Group, Side, Slice

Importance = Callable[[str, Tensor], Tensor]
"""A weight's name and values -> the importance of every single number in it, not negative."""


def mean_over_layers(
    group: Group, evidence: Evidence, importance: Importance, *, slices: Sequence[Slice] | None = None
) -> Tensor:
    """[width], its mean 1 so that groups can be ranked together. Biases have no say; of a norm, its scale has."""
    total, layers = torch.zeros(group.width), 0
    for part in group.slices if slices is None else slices:
        layer = evidence.layers[part.layer]
        weight = layer.weight
        if not isinstance(weight, Tensor) or isinstance(layer, nn.PReLU):  # a norm may have no scale
            continue
        name = f"{part.layer}.weight"
        of_channels = sum_by_channel(layer, part.side, importance(name, weight.detach()).float()).cpu()
        if not of_channels.isfinite().all():
            raise InputError(
                f"{name}: its importance is not a finite number, so channels cannot be ranked; train again"
            )
        total.index_add_(0, part.root, of_channels[part.index])
        layers += 1
    mean = total.mean()
    return total / mean if mean > 0 else total / max(layers, 1)


def sum_by_channel(layer: nn.Module, side: Side, values: Tensor) -> Tensor:
    """The sum of `values`, shaped as the layer's weight, for each channel on that side."""
    if not isinstance(layer, _ConvNd | nn.Linear):
        return values
    transposed = getattr(layer, "transposed", False)
    if side == "both" or (side == "out") != transposed:
        return values.flatten(1).sum(1)
    by_group = values.unflatten(0, (getattr(layer, "groups", 1), -1))  # [groups, of the other side, of this side, ...]
    return by_group.flatten(3).sum(-1).sum(1).flatten() if by_group.ndim > 3 else by_group.sum(1).flatten()
