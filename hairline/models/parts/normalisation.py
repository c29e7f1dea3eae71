"""From grey levels to what a network sees. The name is saved with the weights, so prediction does as training did."""

import torch
from torch import Tensor

from hairline.errors import InputError

NORMALISATIONS = ("standardise", "symmetric", "imagenet")
FLOOR = 8.0  # grey levels added to the deviation, so that the noise of an empty wall is not blown up to full contrast
IMAGENET_MEAN = (0.485, 0.456, 0.406)  # of red, green and blue, where white is 1
IMAGENET_DEVIATION = (0.229, 0.224, 0.225)


def normalise(images: Tensor, name: str) -> Tensor:
    """uint8 [B, H, W, 3] or [B, 3, H, W] -> float32 [B, 3, H, W] in channels_last memory.

    symmetric: 0..255 to -1..1. standardise: per image, each channel to mean 0, all three by one deviation.
    imagenet: each channel by the mean and deviation of ImageNet's pictures, as pretrained weights expect.
    """
    rows = _channels_inside(images).float()
    if name == "symmetric":
        rows = rows.mul_(1 / 127.5).sub_(1)
    elif name == "imagenet":
        rows = rows.sub_(255 * rows.new_tensor(IMAGENET_MEAN)).div_(255 * rows.new_tensor(IMAGENET_DEVIATION))
    elif name == "standardise":
        flat = rows.flatten(1, 2)  # [B, H * W, 3]
        flat = flat - flat.mean(dim=1, keepdim=True)
        deviation = torch.linalg.vector_norm(flat, dim=(1, 2), keepdim=True) / (flat.shape[1] * 3) ** 0.5
        rows = flat.div_(deviation + FLOOR).view(rows.shape)
    else:
        raise InputError(f"there is no normalisation {name}; known: {', '.join(NORMALISATIONS)}")
    return rows.permute(0, 3, 1, 2)


def _channels_inside(images: Tensor) -> Tensor:
    """[B, H, W, 3], contiguous; where both readings fit, as at a width of 3, the channels are taken to be last."""
    if images.dtype != torch.uint8 or images.ndim != 4 or 3 not in (images.shape[1], images.shape[3]):
        came = f"{str(images.dtype).removeprefix('torch.')} {list(images.shape)}"
        raise InputError(
            f"expected pictures as uint8 [B, H, W, 3] or [B, 3, H, W], got {came}; convert them to RGB first"
        )
    return (images if images.shape[3] == 3 else images.permute(0, 2, 3, 1)).contiguous()
