"""Which channels can only be cut together: the first layer's outputs, the norm behind it, the next layer's inputs.

The dependencies are traced by torch-pruning, on a copy; ranking and cutting are our own.
"""

import sys
from dataclasses import dataclass, field
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.autograd.graph import Node
from torch.nn.modules.conv import _ConvNd

from hairline.cost.probe import nearest_steps, probe_of
from hairline.errors import InputError
from hairline.models import forward_heads
from hairline.models.parts.widths import NORMS, width_attributes

Side = Literal["in", "out", "both"]


@dataclass(frozen=True)
class Slice:
    """Channels of one layer that go with those of a group: `index[i]` goes when channel `root[i]` of the group does."""

    layer: str
    side: Side
    """`both` where the layer keeps channels apart: a norm, a depthwise convolution."""
    index: Tensor
    root: Tensor


@dataclass(frozen=True)
class Group:
    name: str
    """Of the first layer that makes its channels."""
    width: int
    slices: tuple[Slice, ...]
    fold: int = 1
    """A grouped convolution wants each of its groups cut alike: so many channels, evenly spaced, go together."""
    structure: tuple[tuple[str, str], ...] = ()
    """What the slices are, in the order of the network: the same for isomorphic groups."""

    @property
    def makers(self) -> list[str]:
        """The layers whose outputs these channels are."""
        return [part.layer for part in self.slices if part.side != "in"]


@dataclass(frozen=True)
class Structure:
    groups: tuple[Group, ...]
    """In the order of the network's layers."""
    whole: dict[str, str] = field(default_factory=dict)
    """First layer of the groups that are not cut -> why."""


def find_groups(model: nn.Module) -> Structure:
    """The network itself is left as it is; a network without anything to cut is refused."""
    torch_pruning = _import_torch_pruning()
    probe, image = probe_of(model)
    names = {layer: name for name, layer in probe.named_modules()}
    class_layers: set[nn.Module] = set()

    def forward(traced: nn.Module, image: Tensor) -> list[Tensor]:
        logits, makers = _traced_heads(traced, image)
        class_layers.update(makers)
        return logits

    with torch.enable_grad():
        graph = torch_pruning.DependencyGraph().build_dependency(probe, image, forward_fn=forward, verbose=False)
    order = {name: place for place, name in enumerate(names.values())}
    whole = {names[layer]: "it says the classes" for layer in class_layers}
    groups = []
    for traced in graph.get_all_groups(ignored_layers=list(class_layers), root_module_types=[_ConvNd, nn.Linear]):
        group = _read_group(traced, graph, names, order)
        if isinstance(group, Group):
            groups.append(group)
        else:
            whole[names[traced[0].dep.target.module]] = group
    if not groups:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in whole.items())
        raise InputError(f"{type(model).__name__}: nothing in this network can be cut ({reasons or 'no convolution'})")
    in_order = sorted(groups, key=lambda group: order[group.name])
    return Structure(tuple(in_order), {name: whole[name] for name in sorted(whole, key=order.__getitem__)})


def _import_torch_pruning() -> Any:
    """Where timm is installed, torch-pruning loads it, and torchvision with it, for a counter that is not used here.

    That takes twice as long as all the rest, so it is told that there is none.
    """
    absent: Any = None
    hidden = "timm" not in sys.modules
    if hidden:
        sys.modules["timm"] = absent
    try:
        import torch_pruning
    finally:
        if hidden:
            del sys.modules["timm"]
    return torch_pruning


def _traced_heads(model: nn.Module, image: Tensor) -> tuple[list[Tensor], set[nn.Module]]:
    """The logits of all heads, and the layers from which nothing but unweighted steps lead to them."""
    made_by: dict[Node, nn.Module] = {}
    hooks = [
        layer.register_forward_hook(lambda layer, _, output: made_by.__setitem__(output.grad_fn, layer))
        for layer in model.modules()
        if isinstance(layer, _ConvNd | nn.Linear)
    ]
    try:
        logits = list(forward_heads(model, image).values())
    finally:
        for hook in hooks:
            hook.remove()
    return logits, {made_by[step] for step in nearest_steps(logits, made_by.__contains__)}


def _read_group(traced: Any, graph: Any, names: dict[nn.Module, str], order: dict[str, int]) -> Group | str:
    """In our own words; or why these channels stay as they are."""
    slices, folds = [], [1]
    width = len(traced[0].root_idxs)
    for item in traced:
        layer = item.dep.target.module
        if layer not in names:  # a sum, a concatenation, a resize
            if isinstance(layer, nn.Parameter):
                return "a parameter of no layer is coupled to it"
            continue
        if not width_attributes(layer):
            if any(parameter.numel() > 1 for parameter in layer.parameters(recurse=False)):
                return f"{names[layer]} is coupled to it, and a {type(layer).__name__} is not cut"
            continue
        side = _side(layer, out=graph.is_out_channel_pruning_fn(item.dep.handler))
        index, root = torch.tensor(item.idxs), torch.tensor(item.root_idxs)
        channels = channels_of(layer)[1 if side == "out" else 0]
        if len(index) != len(root) or int(index.max()) >= channels or int(root.max()) >= width:
            return f"{names[layer]} is coupled to it, channel by channel, with another number of channels"
        fold = layer.groups if isinstance(layer, _ConvNd) and side != "both" else 1
        if fold > 1 and not (channels == width == len(index) and torch.equal(index, root)):
            return f"only some of the channels go to the grouped convolution {names[layer]}"
        folds.append(fold)
        slices.append(Slice(names[layer], side, index, root))
    fold = max(folds)
    if any(fold % other for other in folds):
        return f"grouped convolutions of {' and '.join(map(str, sorted(set(folds))))} groups are coupled to it"
    slices.sort(key=lambda part: (order[part.layer], part.side))
    layers = {name: layer for layer, name in names.items()}
    structure = [(type(layers[part.layer]).__name__, part.side) for part in slices]
    return Group(names[traced[0].dep.target.module], width, tuple(slices), fold, tuple(structure))


def _side(layer: nn.Module, *, out: bool) -> Side:
    if isinstance(layer, (nn.PReLU, *NORMS)) or is_depthwise(layer):
        return "both"
    return "out" if out else "in"


def is_depthwise(layer: nn.Module) -> bool:
    return isinstance(layer, _ConvNd) and 1 < layer.groups == layer.in_channels == layer.out_channels


def channels_of(layer: nn.Module) -> tuple[int, int]:
    """In and out."""
    attributes = width_attributes(layer)
    return getattr(layer, attributes[0]), getattr(layer, attributes[min(1, len(attributes) - 1)])
