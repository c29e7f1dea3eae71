"""The widths of a network's layers as plain numbers, so that a pruned network can be saved without a pickle.

`widths_of` reads them, `apply_widths` gives a fresh network of the same name and arguments those widths; its weights
are zeros then and wait for `load_state_dict`. Only what pruning can change is told: channels, features and groups.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm, _NormBase
from torch.nn.modules.conv import _ConvNd
from torch.nn.modules.instancenorm import _InstanceNorm

from hairline.errors import InputError

Widths = Mapping[str, Mapping[str, int]]
"""Layer name -> attribute -> number."""

NORMS = (_BatchNorm, _InstanceNorm)


def width_attributes(layer: nn.Module) -> tuple[str, ...]:
    """The attributes of a layer that pruning may change; none for a layer that it leaves alone."""
    if isinstance(layer, _ConvNd):
        return ("in_channels", "out_channels", "groups")
    if isinstance(layer, nn.Linear):
        return ("in_features", "out_features")
    if isinstance(layer, NORMS):
        return ("num_features",)
    if isinstance(layer, nn.PReLU) and layer.num_parameters > 1:
        return ("num_parameters",)
    return ()


def widths_of(model: nn.Module) -> dict[str, dict[str, int]]:
    return {
        name: {attribute: getattr(layer, attribute) for attribute in attributes}
        for name, layer in model.named_modules()
        if (attributes := width_attributes(layer))
    }


def apply_widths(model: nn.Module, widths: Widths) -> None:
    """Make the layers of a freshly created network as narrow as `widths` says; without any, leave it as it is."""
    if not widths:
        return
    fresh = widths_of(model)
    if widths.keys() != fresh.keys():
        odd = min(widths.keys() ^ fresh.keys())
        whose = "the widths" if odd in widths else "the network"
        raise InputError(f"layer {odd}: only {whose} have it, so these are the widths of another {_name(model)}")
    for name, layer in model.named_modules():
        if name in fresh and dict(widths[name]) != fresh[name]:
            _refuse_impossible(name, widths[name], fresh[name])
            for attribute, number in widths[name].items():
                setattr(layer, attribute, number)
            _give_shapes(layer)


def _refuse_impossible(name: str, wanted: Mapping[str, int], fresh: Mapping[str, int]) -> None:
    """A layer is never wider than it was created, whatever a file says: that bounds the memory."""
    if wanted.keys() != fresh.keys():
        raise InputError(f"layer {name}: expected {', '.join(fresh)}, got {', '.join(map(str, wanted)) or 'nothing'}")
    for attribute, number in wanted.items():
        if type(number) is not int or not 1 <= number <= fresh[attribute]:
            raise InputError(f"layer {name}: {attribute} must be from 1 to {fresh[attribute]}, got {number!r}")
    groups = wanted.get("groups", 1)
    if any(number % groups for number in wanted.values()):
        raise InputError(f"layer {name}: its {dict(wanted)} do not divide into {groups} groups")


def _give_shapes(layer: nn.Module) -> None:
    for name, shape in _shapes(layer).items():
        old = getattr(layer, name)
        if isinstance(old, nn.Parameter):
            zeros = torch.zeros(shape, dtype=old.dtype, device=old.device)
            setattr(layer, name, nn.Parameter(zeros, requires_grad=old.requires_grad))
        elif isinstance(old, Tensor):
            setattr(layer, name, torch.zeros(shape, dtype=old.dtype, device=old.device))


def _shapes(layer: nn.Module) -> dict[str, tuple[int, ...]]:
    if isinstance(layer, _ConvNd):
        before, after = layer.in_channels, layer.out_channels
        first, second = (before, after) if layer.transposed else (after, before)
        return {"weight": (first, second // layer.groups, *layer.kernel_size), "bias": (after,)}
    if isinstance(layer, nn.Linear):
        return {"weight": (layer.out_features, layer.in_features), "bias": (layer.out_features,)}
    if isinstance(layer, nn.PReLU):
        return {"weight": (layer.num_parameters,)}
    assert isinstance(layer, _NormBase)
    return dict.fromkeys(("weight", "bias", "running_mean", "running_var"), (layer.num_features,))


def _name(model: nn.Module) -> str:
    return type(model).__name__
