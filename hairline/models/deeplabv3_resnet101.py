"""DeepLabV3 on a ResNet-101: the large network that CrackSense prunes."""

from hairline.models.parts.deeplabv3 import DeepLabV3
from hairline.models.parts.registry import Classes, register_model


@register_model
def deeplabv3_resnet101(*, classes: Classes) -> DeepLabV3:
    return DeepLabV3("deeplabv3_resnet101", classes=classes)
