"""What a network says of whole pictures: class probabilities, batch by batch."""

import torch
from torch import Tensor, nn

from hairline.engine.device import number_format
from hairline.models.parts.normalisation import normalise


def predict_probabilities(model: nn.Module, images: Tensor, *, normalisation: str, precision: str) -> Tensor:
    """[B, H, W, 3] uint8 pictures of one size -> [B, C, H, W] probabilities, float32. `model` is in eval mode."""
    with torch.inference_mode(), number_format(images.device, precision):
        return model(normalise(images, normalisation)).float().softmax(dim=1)
