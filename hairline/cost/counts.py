"""What a network costs on any machine: parameters and multiply-adds. Neither stands for its time: see `latency`."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from hairline.cost.probe import nearest_steps, probe_of


def count_parameters(model: nn.Module, *, inference: bool = False) -> int:
    """Learnable numbers; for inference, only those that the main head's logits depend on."""
    if not inference:
        return sum(parameter.numel() for parameter in model.parameters())
    probe, image = probe_of(model)
    with torch.enable_grad():
        logits = probe(image)
    leaves = nearest_steps([logits], lambda step: hasattr(step, "variable"))
    return sum(parameter.numel() for parameter in {leaf.variable for leaf in leaves})


def count_macs(model: nn.Module, height: int, width: int) -> int:
    """Multiply-adds of all convolutions and matrix products for one image, main head only.

    A transposed convolution is counted at its input's size: the products it makes, not those with inserted zeros.
    """
    probe, image = probe_of(model, height, width)
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
