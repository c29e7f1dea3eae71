"""DeepLabV3: dilated convolutions at several rates, side by side, on a backbone that stops halving at 1/8 or 1/16.

Paper: Chen et al. 2017, "Rethinking Atrous Convolution for Semantic Image Segmentation", https://arxiv.org/abs/1706.05587;
networks of torchvision, under whose names the weights stand too
Differs: no auxiliary classifier, the logits come alone, and a batch of one image can be trained on.
"""

from typing import ClassVar

from torch import Tensor, nn
from torch.nn import functional as F

from hairline.models.parts.backbone import WithBackbone

BACKBONES = {
    "deeplabv3_resnet101": "resnet101",
    "deeplabv3_resnet50": "resnet50",
    "deeplabv3_mobilenet_v3_large": "mobilenet_v3_large",
}
"""Each network of this kind, and what torchvision calls its backbone."""


class PooledNorm(nn.BatchNorm2d):
    """For the image pooling: one image leaves one value a channel, so its batch norm falls back on what it learned."""

    def forward(self, pooled: Tensor) -> Tensor:
        if self.training and pooled.numel() == pooled.shape[1]:
            return F.batch_norm(pooled, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps)
        return super().forward(pooled)


class DeepLabV3(WithBackbone):
    class_layers: ClassVar[tuple[str, ...]] = ("classifier.4",)

    def __init__(self, name: str, *, classes: int) -> None:
        super().__init__()
        from torchvision.models import segmentation  # takes a second, so only who wants this network waits

        build = getattr(segmentation, name)
        built = build(weights=None, weights_backbone=None, num_classes=classes, aux_loss=False)
        self.backbone, self.classifier = built.backbone, built.classifier
        pooling = self.classifier[0].convs[-1]
        pooling[2] = PooledNorm(pooling[2].num_features)

    def forward(self, image: Tensor) -> Tensor:
        """[B, 3, H, W] image -> [B, C, H, W] logits, for any H and W."""
        logits = self.classifier(self.backbone(image)["out"]).float().contiguous()
        # Pixels on pixels, not corners on corners: so torchvision trained the weights that can be loaded.
        return F.interpolate(logits, size=image.shape[-2:], mode="bilinear", align_corners=False)
