"""What a network costs on any machine: parameters and multiply-adds. Neither stands for its time: see `latency`."""

import copy

import torch
from torch import nn


def count_parameters(model: nn.Module, *, inference: bool = False) -> int:
    """Learnable numbers; for inference, only those that the main head's logits depend on."""
    if not inference:
        return sum(parameter.numel() for parameter in model.parameters())
    shape = _shape_of(model)
    parameters = [parameter.requires_grad_() for parameter in shape.parameters()]
    logits = shape(torch.empty(1, 3, 64, 64, device="meta"))
    used = torch.autograd.grad(logits.sum(), parameters, allow_unused=True)
    return sum(parameter.numel() for parameter, gradient in zip(parameters, used, strict=True) if gradient is not None)


def count_macs(model: nn.Module, height: int, width: int) -> int:
    """Multiply-adds of all convolutions and matrix products for one image, main head only.

    A transposed convolution is counted at its input's size: the products it makes, not those with inserted zeros.
    """
    from torch.utils.flop_counter import FlopCounterMode  # it brings triton along: 0.2 s that few need

    shape = _shape_of(model)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        shape(torch.empty(1, 3, height, width, device="meta"))
    return counter.get_total_flops() // 2


def _shape_of(model: nn.Module) -> nn.Module:
    """A copy without numbers: a pass through it costs no time and leaves the model as it was."""
    return copy.deepcopy(model).to("meta", torch.float32).eval()
