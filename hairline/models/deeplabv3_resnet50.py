"""DeepLabV3 on a ResNet-50: two thirds of the large one, to compare with what pruning leaves of that."""

from hairline.models.parts.deeplabv3 import DeepLabV3
from hairline.models.parts.registry import Classes, register_model


@register_model
def deeplabv3_resnet50(*, classes: Classes) -> DeepLabV3:
    return DeepLabV3("deeplabv3_resnet50", classes=classes)
