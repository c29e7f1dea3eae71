"""Take channels out of layers, in place: all slices of all groups at once, so that no index ever shifts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd

from hairline.models.parts.widths import width_attributes
from hairline.prune.groups import Group, channels_of, is_depthwise

Masks = dict[str, tuple[Tensor, Tensor]]
"""Layer -> which of its inputs and which of its outputs stay, as booleans."""


def masks_of(model: nn.Module, groups: Iterable[Group], kept: Mapping[str, Tensor]) -> Masks:
    """Only of layers from which something goes."""
    layers = dict(model.named_modules())
    masks: Masks = {}
    for group in groups:
        stays = torch.zeros(group.width, dtype=torch.bool)
        stays[kept[group.name]] = True
        for part in group.slices:
            gone = part.index[~stays[part.root]]
            if part.layer not in masks:
                inputs, outputs = (torch.ones(count, dtype=torch.bool) for count in channels_of(layers[part.layer]))
                masks[part.layer] = inputs, outputs
            for side, mask in zip(("in", "out"), masks[part.layer], strict=True):
                if part.side in (side, "both"):
                    mask[gone] = False
    return {name: sides for name, sides in masks.items() if not (sides[0].all() and sides[1].all())}


def narrowed(group: Group, kept: Tensor, masks: Masks) -> Group:
    """The group as it is after the cut, its channels numbered anew."""
    stays = torch.zeros(group.width, dtype=torch.bool)
    stays[kept] = True
    slices = []
    for part in group.slices:
        index, root = part.index[stays[part.root]], part.root[stays[part.root]]
        if part.layer in masks:
            index = _new_numbers(masks[part.layer][1 if part.side == "out" else 0])[index]
        slices.append(replace(part, index=index, root=_new_numbers(stays)[root]))
    return replace(group, width=len(kept), slices=tuple(slices))


def _new_numbers(stays: Tensor) -> Tensor:
    return stays.cumsum(0) - 1


def cut(model: nn.Module, masks: Masks) -> None:
    """The layers keep their classes and get new parameters; gradients are left behind."""
    layers = dict(model.named_modules())
    for name, (inputs, outputs) in masks.items():
        layer = layers[name]
        for tensor_name, axis, stays in list(_axes(layer, inputs, outputs)):
            _narrow(layer, tensor_name, axis, stays.nonzero().flatten())
        if is_depthwise(layer):
            layer.groups = int(outputs.sum())
        for attribute, mask in zip(width_attributes(layer), (inputs, outputs), strict=False):
            setattr(layer, attribute, int(mask.sum()))


@torch.no_grad()
def silence(model: nn.Module, masks: Masks) -> None:
    """Set to zero what would be cut, whether it goes in or comes out."""
    layers = dict(model.named_modules())
    for name, (inputs, outputs) in masks.items():
        for tensor_name, axis, stays in _axes(layers[name], inputs, outputs):
            if not tensor_name.startswith("running_"):
                tensor = getattr(layers[name], tensor_name)
                tensor.index_fill_(axis, (~stays).nonzero().flatten().to(tensor.device), 0)


def _axes(layer: nn.Module, inputs: Tensor, outputs: Tensor) -> Iterator[tuple[str, int, Tensor]]:
    """Each tensor of the layer, an axis of it, and what stays there."""
    if isinstance(layer, _ConvNd | nn.Linear) and not is_depthwise(layer):
        out_axis, in_axis = (1, 0) if getattr(layer, "transposed", False) else (0, 1)
        groups = getattr(layer, "groups", 1)  # the weight's second axis spans one of them, and they are cut alike
        for axis, mask in ((out_axis, outputs), (in_axis, inputs)):
            yield "weight", axis, mask.view(groups, -1)[0] if axis == 1 else mask
        names: tuple[str, ...] = ("bias",)
    else:
        names = ("weight", "bias", "running_mean", "running_var")
    for name in names:
        if getattr(layer, name, None) is not None:
            yield name, 0, outputs


def _narrow(layer: nn.Module, name: str, axis: int, stays: Tensor) -> None:
    old = getattr(layer, name)
    values = old.detach().index_select(axis, stays.to(old.device))
    if old.ndim == 4 and old.is_contiguous(memory_format=torch.channels_last) and not old.is_contiguous():
        values = values.contiguous(memory_format=torch.channels_last)
    setattr(layer, name, nn.Parameter(values, old.requires_grad) if isinstance(old, nn.Parameter) else values)
