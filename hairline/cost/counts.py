"""What a network costs on any machine: parameters and multiply-adds. Neither stands for its time: see `latency`."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import Node
from torch.utils._python_dispatch import TorchDispatchMode

PROBE_SIZE = 64  # enough for what halves its image five times


def count_parameters(model: nn.Module, *, inference: bool = False) -> int:
    """Learnable numbers; for inference, only those that the main head's logits depend on."""
    if not inference:
        return sum(parameter.numel() for parameter in model.parameters())
    probe, image = _probe_of(model, PROBE_SIZE, PROBE_SIZE)
    with torch.enable_grad():
        logits = probe.requires_grad_()(image)
    return sum(parameter.numel() for parameter in _leaves_of(logits))


def count_macs(model: nn.Module, height: int, width: int) -> int:
    """Multiply-adds of all convolutions and matrix products for one image, main head only.

    A transposed convolution is counted at its input's size: the products it makes, not those with inserted zeros.
    """
    probe, image = _probe_of(model, height, width)
    with torch.no_grad(), _Products() as products:
        probe(image)
    return products.flops // 2


class _Products(TorchDispatchMode):
    """Adds up torch's own formulas while a network runs.

    torch's FlopCounterMode does so too, and loads torch.compile for it, as tensors without numbers do where they are
    enlarged: 1.7 s at the start of whoever wants one number.
    """

    def __init__(self) -> None:
        from torch.utils.flop_counter import flop_registry

        super().__init__()
        self.flops = 0
        self._formulas = flop_registry

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # nobody compiles this; to say so to torch.compile would load it

    def __torch_dispatch__(
        self, func: Any, types: Sequence[type], args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        if formula := self._formulas.get(func.overloadpacket):
            self.flops += formula(*args, **(kwargs or {}), out_val=result)
        return result


def _probe_of(model: nn.Module, height: int, width: int) -> tuple[nn.Module, Tensor]:
    """A copy, whose run leaves the model as it was, and an image for it, where the model is."""
    probe = copy.deepcopy(model).to(torch.float32).eval()
    return probe, torch.zeros(1, 3, height, width, device=next(probe.parameters()).device)


def _leaves_of(result: Tensor) -> set[Tensor]:
    """The parameters at the ends of the steps that made it."""
    leaves: set[Tensor] = set()
    seen: set[Node | None] = {None}
    steps = [result.grad_fn]
    while steps:
        step = steps.pop()
        if step in seen:
            continue
        seen.add(step)
        if hasattr(step, "variable"):
            leaves.add(step.variable)
        steps += [before for before, _ in step.next_functions]
    return leaves
