"""What a network says of whole pictures: class probabilities, batch by batch, averaged over sizes if asked."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from hairline.engine.device import number_format
from hairline.models.normalisation import normalise


def predict_probabilities(
    model: nn.Module, images: Tensor, *, normalisation: str, precision: str, scales: Sequence[float] = (1.0,)
) -> Tensor:
    """[B, H, W, 3] uint8 pictures of one size -> [B, C, H, W] probabilities, float32. `model` is in eval mode.

    Over several scales the mean of the probabilities is taken, each brought back to the picture's size.
    """
    height, width = images.shape[1:3]
    total = torch.zeros(())
    with torch.inference_mode(), number_format(images.device, precision):
        for scale in scales:
            image = normalise(images, normalisation)
            if scale != 1:
                size = (max(1, round(height * scale)), max(1, round(width * scale)))
                image = F.interpolate(image, size, mode="bilinear", align_corners=False, antialias=scale < 1)
            probability = model(image).float().softmax(dim=1)
            if scale != 1:
                probability = F.interpolate(probability, (height, width), mode="bilinear", align_corners=False)
            total = total + probability
    return total / len(scales)
