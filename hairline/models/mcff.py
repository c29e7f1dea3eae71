"""MCFF-L Net: three encoder-decoders that differ in the shape of their kernels, and the mix of what they say.

Source: "A lightweight deep learning network based on knowledge distillation for applications of efficient crack
segmentation on embedded devices", https://github.com/LovingThresh/MCFF-L_Net (TensorFlow).
Differs: width, blocks and classes are free, any image size, background is class 0, temperatures are left to the loss.
"""

from collections.abc import Callable
from functools import partial
from typing import Annotated, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional as F

from hairline.models.parts.instance_norm import InstanceNorm
from hairline.models.parts.layers import pad_to_multiple
from hairline.models.parts.registry import Classes, register_model

EPS = 1e-3  # of all normalisations, the default of tensorflow-addons and of Keras
Kernel = int | tuple[int, int]
Pair = tuple[Kernel, Kernel]

# Kernels of the rectangular path: (tall branch, wide branch), two convolutions each.
RECTANGLES: tuple[Pair, Pair] = (((7, 3), (3, 1)), ((3, 7), (1, 3)))
LINES: tuple[Pair, Pair] = (((3, 1), (3, 1)), ((1, 3), (1, 3)))


def convolution(before: int, after: int, kernel: Kernel, *, dilation: int = 1, groups: int = 1) -> nn.Conv2d:
    """Bias-free and zero-padded to keep the size."""
    sides = (kernel, kernel) if isinstance(kernel, int) else kernel
    padding = tuple((side - 1) * dilation // 2 for side in sides)
    return nn.Conv2d(before, after, sides, padding=padding, dilation=dilation, groups=groups, bias=False)


class HalvingConvolution(nn.Conv2d):
    """3x3 at stride 2, padded right and below only, as Keras does at an even size."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels, channels, 3, stride=2, bias=False)

    def forward(self, image: Tensor) -> Tensor:
        return super().forward(F.pad(image, (0, 1, 0, 1)))


class DoublingConvolution(nn.ConvTranspose2d):
    """Transposed 3x3 at stride 2 that keeps the first 2n of its 2n + 1 rows and columns, as Keras does."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__(before, after, 3, stride=2, bias=False)

    def forward(self, image: Tensor) -> Tensor:
        height, width = 2 * image.shape[-2], 2 * image.shape[-1]
        cut = super().forward(image)[..., :height, :width]
        return cut.contiguous(memory_format=torch.channels_last) if image.is_cpu else cut  # the norm wants it dense


class Branches(nn.Module):
    """The sum of a tall and a wide pair of convolutions."""

    def __init__(self, before: int, after: int, kernels: tuple[Pair, Pair]) -> None:
        super().__init__()
        self.tall, self.wide = (
            nn.Sequential(convolution(before, after, first), convolution(after, after, second))
            for first, second in kernels
        )

    def forward(self, image: Tensor) -> Tensor:
        return self.tall(image) + self.wide(image)


class Residual(nn.Module):
    """MCL: two plain 3x3 convolutions; MCLD: each one depthwise, then pointwise. No ReLU after the sum."""

    def __init__(self, channels: int, block: str) -> None:
        super().__init__()
        self.inner = nn.Sequential(
            self._convolutions(channels, block),
            _instance_norm(channels),
            nn.ReLU(),
            self._convolutions(channels, block),
            _instance_norm(channels),
        )

    @staticmethod
    def _convolutions(channels: int, block: str) -> nn.Module:
        if block == "mcl":
            return convolution(channels, channels, 3)
        depthwise = convolution(channels, channels, 3, groups=channels)
        return nn.Sequential(depthwise, convolution(channels, channels, 1))

    def forward(self, features: Tensor) -> Tensor:
        return features + self.inner(features)


class Path(nn.Module):
    """One encoder-decoder, its stages named: stem, down1, down2, body, up1, up2, output."""

    def __init__(
        self,
        *,
        stem: nn.Module,
        down: Callable[[int, int], nn.Module],
        up_norm: Callable[[int], nn.Module],
        output: nn.Module,
        width: int,
        blocks: int,
        block: str,
        dropout: float,
    ) -> None:
        super().__init__()
        self.stem = _activated(stem, _instance_norm(width))
        self.down1 = _activated(down(width, 2 * width), _instance_norm(2 * width))
        self.down2 = _activated(down(2 * width, 4 * width), _instance_norm(4 * width))
        self.body = nn.Sequential(*(Residual(4 * width, block) for _ in range(blocks)))
        self.up1, self.up2 = (
            _activated(
                nn.Sequential(nn.Dropout(dropout), DoublingConvolution(wide * width, wide * width // 2)),
                up_norm(wide * width // 2),
            )
            for wide in (4, 2)
        )
        self.output = output

    def forward(self, image: Tensor) -> Tensor:
        features = self.body(self.down2(self.down1(self.stem(image))))  # [B, 4d, H/4, W/4]
        return self.output(self.up2(self.up1(features)))  # [B, 1 + C, H, W]


def _activated(convolutions: nn.Module, norm: nn.Module) -> nn.Sequential:
    return nn.Sequential(convolutions, norm, nn.ReLU())


def _standard_down(before: int, after: int) -> nn.Module:
    return nn.Sequential(convolution(before, after, 3, dilation=2), HalvingConvolution(after))


def _dilated(before: int, after: int) -> nn.Module:
    return nn.Sequential(convolution(before, after, 3, dilation=3), convolution(after, after, 3, dilation=2))


def _dilated_down(before: int, after: int) -> nn.Module:
    return nn.Sequential(_dilated(before, after), nn.MaxPool2d(2))


def _rectangular_down(before: int, after: int) -> nn.Module:
    return nn.Sequential(Branches(before, after, LINES), nn.MaxPool2d(2))


def _instance_norm(channels: int) -> nn.Module:
    return InstanceNorm(channels, eps=EPS)


def _batch_norm(channels: int) -> nn.Module:
    """In the two up-stages of the dilated path: a slip of the original, kept because it was trained and counted so."""
    return nn.BatchNorm2d(channels, eps=EPS, momentum=0.01)  # Keras says 0.99


class MCFF(nn.Module):
    """Paths h (standard), x (dilated) and y (rectangular); each raw map is one gate channel and C content channels."""

    head_weights: ClassVar[dict[str, float]] = {"mix": 1.0, "h": 1.0, "x": 1.0, "y": 1.0}

    def __init__(self, *, classes: int, width: int, blocks: int, block: str, dropout: float) -> None:
        super().__init__()
        raw = 1 + classes
        path = partial(Path, width=width, blocks=blocks, block=block, dropout=dropout)
        self.h = path(
            stem=nn.Sequential(convolution(3, width, 3, dilation=2), convolution(width, width, 7)),
            down=_standard_down,
            up_norm=_instance_norm,
            output=convolution(width, raw, 7),
        )
        self.x = path(
            stem=_dilated(3, width),
            down=_dilated_down,
            up_norm=_batch_norm,
            output=_dilated(width, raw),
        )
        self.y = path(
            stem=nn.Sequential(Branches(3, width, RECTANGLES), convolution(width, width, 7)),
            down=_rectangular_down,
            up_norm=_instance_norm,
            output=nn.Sequential(Branches(width, raw, RECTANGLES), convolution(raw, raw, 7)),
        )
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
                nn.init.xavier_uniform_(module.weight)  # the default of Keras

    def _raw_maps(self, image: Tensor) -> dict[str, Tensor]:
        padded = pad_to_multiple(image, 4)
        height, width = image.shape[-2:]
        h, x, y = (path(padded)[..., :height, :width] for path in (self.h, self.x, self.y))
        return {"mix": h + x + y, "h": h, "x": x, "y": y}  # summed before any gate

    def forward(self, image: Tensor) -> Tensor:
        """[B, 3, H, W] image -> [B, C, H, W] logits of the mix, for any H and W."""
        return _gated(self._raw_maps(image)["mix"])

    def forward_heads(self, image: Tensor) -> dict[str, Tensor]:
        return {name: _gated(raw) for name, raw in self._raw_maps(image).items()}


def _gated(raw: Tensor) -> Tensor:
    """[B, 1 + C, H, W] -> [B, C, H, W]: the first channel opens or shuts the others."""
    return torch.sigmoid(raw[:, :1]) * raw[:, 1:]


@register_model
def mcff(
    *,
    classes: Classes,
    width: Annotated[int, Field(ge=1)] = 16,
    blocks: Annotated[int, Field(ge=0)] = 4,
    block: Literal["mcl", "mcld"] = "mcl",
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0,
) -> MCFF:
    """The paper's student; its teacher has width 64, 8 blocks and dropout 0.5."""
    return MCFF(classes=classes, width=width, blocks=blocks, block=block, dropout=dropout)
