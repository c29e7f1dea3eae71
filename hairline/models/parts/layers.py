"""Small steps that several networks share."""

from torch import Tensor
from torch.nn import functional as F


def pad_to_multiple(image: Tensor, multiple: int) -> Tensor:
    """Repeat the last row and column until both sides are a multiple; the caller cuts its logits back.

    Repeating, not zeros: a black rim would look like an edge, and would shift the statistics of a normalisation.
    """
    height, width = image.shape[-2:]
    below, right = -height % multiple, -width % multiple
    return F.pad(image, (0, right, 0, below), mode="replicate") if below or right else image


def enlarge(features: Tensor, size: tuple[int, int]) -> Tensor:
    """Bilinear, corners on corners."""
    return F.interpolate(features, size=size, mode="bilinear", align_corners=True)


def enlarge_logits(logits: Tensor, size: tuple[int, int]) -> Tensor:
    """The same in full precision, plane after plane: for so few channels twice as fast, and losses read planes."""
    return enlarge(logits.float().contiguous(), size)
