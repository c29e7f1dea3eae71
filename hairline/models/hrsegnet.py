"""HrSegNet: one path that stays at a quarter of the image's size, guided by coarser ones.

Paper: Li et al. 2023, "Real-time high-resolution neural network with semantic guidance for crack segmentation",
Automation in Construction 156, 105112, https://arxiv.org/abs/2307.00270
Differs: guidance is projected before it is enlarged. Both are linear and the interpolation weights sum to 1, so the
values are the same and the same weights load, for a fifth less work. Width and depth are free.
"""

from typing import Annotated, ClassVar

from pydantic import Field
from torch import Tensor, nn

from hairline.models.parts.layers import enlarge, enlarge_logits
from hairline.models.parts.registry import Classes, register_model

LEVELS = (1, 2, 3)  # guidance at 1/8, 1/16 and 1/32 of the image's size


def unit(before: int, after: int, *, stride: int = 1) -> nn.Sequential:
    convolution = nn.Conv2d(before, after, 3, stride=stride, padding=1)
    return nn.Sequential(convolution, nn.BatchNorm2d(after), nn.ReLU(inplace=True))


class GuidedBlock(nn.Module):
    """`depth` rows; in each the guidance is added to the high-resolution features. No ReLU after the sum."""

    def __init__(self, *, width: int, level: int, depth: int) -> None:
        super().__init__()
        guide = width * 2**level
        self.enter = self._entry(width, guide, level)
        self.high = nn.ModuleList(unit(width, width) for _ in range(depth))
        self.guidance = nn.ModuleList(unit(guide, guide) for _ in range(depth - 1))
        self.project = nn.ModuleList(nn.Conv2d(guide, width, 1) for _ in range(depth))

    @staticmethod
    def _entry(width: int, guide: int, level: int) -> nn.Sequential:
        if level == 1:
            return nn.Sequential(unit(width, guide, stride=2))
        pool = nn.AvgPool2d(
            3, stride=2, padding=1, count_include_pad=False
        )  # Paddle leaves the padding out of the mean
        further = [unit(guide, guide, stride=2)] if level == 3 else []
        return nn.Sequential(pool, unit(width, guide, stride=2), *further)

    def forward(self, features: Tensor) -> Tensor:
        size = features.shape[-2:]
        low = self.enter(features)
        for row, (high, project) in enumerate(zip(self.high, self.project, strict=True)):
            if row:
                low = self.guidance[row - 1](low)
            features = high(features) + enlarge(project(low), size)
        return features


class HrSegNet(nn.Module):
    head_weights: ClassVar[dict[str, float]] = {"main": 1.0, "aux1": 0.5, "aux2": 0.5}

    def __init__(self, *, classes: int, width: int, depth: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(unit(3, width // 2, stride=2), unit(width // 2, width, stride=2))
        self.blocks = nn.ModuleList(GuidedBlock(width=width, level=level, depth=depth) for level in LEVELS)
        doubling = nn.ConvTranspose2d(width, width, 3, stride=2, padding=1, output_padding=1)
        self.main = self._head(width, classes, doubling)
        self.aux1, self.aux2 = (self._head(width, classes, nn.Conv2d(width, width, 3, padding=1)) for _ in range(2))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_in", nonlinearity="relu")
                nn.init.zeros_(module.bias)
        nn.init.xavier_uniform_(doubling.weight)
        nn.init.zeros_(doubling.bias)

    @staticmethod
    def _head(width: int, classes: int, convolution: nn.Module) -> nn.Sequential:
        return nn.Sequential(
            nn.BatchNorm2d(width),
            nn.ReLU(),
            convolution,
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
            nn.Conv2d(width, classes, 1),
        )

    def _block_outputs(self, image: Tensor) -> list[Tensor]:
        features = self.stem(image)  # [B, width, H/4, W/4], and so it stays
        outputs = []
        for block in self.blocks:
            features = block(features)
            outputs.append(features)
        return outputs

    def forward(self, image: Tensor) -> Tensor:
        """[B, 3, H, W] image -> [B, C, H, W] logits, for any H and W."""
        return enlarge_logits(self.main(self._block_outputs(image)[-1]), image.shape[-2:])

    def forward_heads(self, image: Tensor) -> dict[str, Tensor]:
        size = image.shape[-2:]
        first, second, last = self._block_outputs(image)
        return {
            "main": enlarge_logits(self.main(last), size),
            "aux1": enlarge_logits(self.aux1(first), size),
            "aux2": enlarge_logits(self.aux2(second), size),
        }


@register_model
def hrsegnet(
    *,
    classes: Classes,
    width: Annotated[int, Field(ge=2, multiple_of=2)] = 16,
    depth: Annotated[int, Field(ge=1)] = 3,
) -> HrSegNet:
    """The paper's B16, B32, B48 and B64 are its widths; its depth is 3, with 4 and 5 as variants."""
    return HrSegNet(classes=classes, width=width, depth=depth)
