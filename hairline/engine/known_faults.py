"""What is known to go wrong below us, refused before it costs a training."""

import torch
from torch import nn

from hairline.engine.device import resolve_precision
from hairline.errors import InputError

BLOCK = 16  # channels a vector register of the CPU's bf16 kernels holds


def refuse_broken_kernels(model: nn.Module, *, device: torch.device, precision: str) -> None:
    """oneDNN's bf16 gradient of a dilated convolution is not-a-number, or crashes, where channels fill no whole block.

    Seen with torch 2.14 on an AVX-512 CPU: 20, 24 or 28 channels at dilation 2; fine at 16 or fewer, and at 32.
    """
    if device.type != "cpu" or resolve_precision(device, precision) != "bf16":
        return
    for name, layer in model.named_modules():
        if isinstance(layer, nn.Conv2d) and max(layer.dilation) > 1 and layer.groups == 1:
            odd = [count for count in (layer.in_channels, layer.out_channels) if count > BLOCK and count % BLOCK]
            if odd:
                raise InputError(
                    f"layer {name}: its dilated convolution has {odd[0]} channels, for which the CPU's bf16 "
                    f"gradients are wrong; choose a width that gives multiples of {BLOCK} (or at most {BLOCK}), or set "
                    "train.precision to fp32"
                )
