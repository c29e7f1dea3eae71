"""DeepLabV3 on a MobileNetV3-Large: made small by hand, to compare with what pruning makes small."""

from hairline.models.parts.deeplabv3 import DeepLabV3
from hairline.models.parts.registry import Classes, register_model


@register_model
def deeplabv3_mobilenet_v3_large(*, classes: Classes) -> DeepLabV3:
    return DeepLabV3("deeplabv3_mobilenet_v3_large", classes=classes)
