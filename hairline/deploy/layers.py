"""The layers of any network that can be looked into, and the few that tell its story."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

FEWEST, MOST = 4, 12  # stages that make a good sheet
_PROBE = 256  # pixels; halved six times, still more than one cell


@dataclass(frozen=True)
class Layer:
    name: str
    """Of the module, such as `blocks.2`."""
    channels: int
    cells: tuple[int, int]
    """Rows and columns of its maps, for a picture of 256 x 256."""
    composite: bool
    """Made of further modules."""

    @property
    def shrunk(self) -> str:
        """How much coarser than the picture it is: 1/4."""
        share = _PROBE / max(self.cells)
        return "1" if round(share) == 1 else f"1/{share:g}" if share.is_integer() else f"1/{share:.1f}"


def find_layers(model: nn.Module) -> list[Layer]:
    """All modules that answer with feature maps, in the order in which they do; `model` is in eval mode."""
    found: dict[str, Layer] = {}

    def note(name: str, module: nn.Module, answer: object) -> None:
        if isinstance(answer, Tensor) and answer.ndim == 4:
            cells = (answer.shape[2], answer.shape[3])
            found[name] = Layer(name, answer.shape[1], cells, any(True for _ in module.children()))

    handles = [
        module.register_forward_hook(lambda module, _, answer, name=name: note(name, module, answer))
        for name, module in model.named_modules()
        if name
    ]
    try:
        with torch.no_grad():
            model(torch.zeros(1, 3, _PROBE, _PROBE, device=next(model.parameters()).device))
    finally:
        for handle in handles:
            handle.remove()
    return list(found.values())


def choose_stages(model: nn.Module, layers: Sequence[Layer], *, classes: int) -> list[str]:
    """The coarsest parts of which there are at least four; in a network of few parts, as many as it has.

    Parts that answer with logits are left out: their map would only repeat the prediction.
    """
    known = {layer.name: layer for layer in layers}
    modules = dict(model.named_modules())
    parts = _children("", modules)
    best: list[str] = []
    while parts:
        chosen = [layer.name for layer in layers if layer.name in parts and _tells(layer, classes)]
        if len(chosen) > len(best):
            best = chosen
        if len(best) >= FEWEST:
            break
        parts = [child for part in parts for child in _children(part, modules)]
    if not best:
        best = [layer.name for layer in layers if layer.channels > classes] or list(known)
    return _spread(best, MOST)


def _tells(layer: Layer, classes: int) -> bool:
    return layer.composite and layer.channels > classes and math.prod(layer.cells) > 1


def _children(name: str, modules: dict[str, nn.Module]) -> list[str]:
    """Lists of modules are no part of their own."""
    children = []
    for child_name, child in modules[name].named_children():
        full = f"{name}.{child_name}" if name else child_name
        children += _children(full, modules) if isinstance(child, nn.ModuleList | nn.ModuleDict) else [full]
    return children


def _spread(names: list[str], count: int) -> list[str]:
    if len(names) <= count:
        return names
    return [names[round(place * (len(names) - 1) / (count - 1))] for place in range(count)]
