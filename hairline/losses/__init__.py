"""Losses: logits [B, C, H, W] of any precision and a mask [B, H, W] in, one float32 number out; 255 is ignored."""

from collections.abc import Callable

from torch import Tensor

from hairline.config import LossParams
from hairline.errors import InputError
from hairline.losses.cross_entropy import cross_entropy
from hairline.losses.dice import dice
from hairline.losses.focal import focal
from hairline.losses.legacy_mse import legacy_mse
from hairline.losses.soft import SoftLoss, soft_loss, tempered_label

__all__ = ["SoftLoss", "create_loss", "soft_loss", "tempered_label"]

Loss = Callable[[Tensor, Tensor], Tensor]


def create_loss(params: LossParams) -> Loss:
    """The sum of the named losses, each times its weight; those at 0 are not computed."""
    weights = params.class_weights
    if weights and (min(weights) < 0 or max(weights) == 0):
        raise InputError(f"loss.class_weights: expected no negative and at least one positive number, got {weights}")
    known: dict[str, tuple[float, Loss]] = {
        "legacy_mse": (params.legacy_mse, legacy_mse),
        "cross_entropy": (
            params.cross_entropy,
            lambda logits, mask: cross_entropy(logits, mask, class_weights=weights),
        ),
        "focal": (params.focal, lambda logits, mask: focal(logits, mask, class_weights=weights)),
        "dice": (params.dice, dice),
    }
    terms = [(factor, loss) for factor, loss in known.values() if factor > 0]
    if not terms:
        raise InputError(f"loss: every weight is 0, so nothing would be learned; raise one of {', '.join(known)}")

    def total(logits: Tensor, mask: Tensor) -> Tensor:
        if weights and len(weights) != logits.shape[1]:
            came = f"{len(weights)} numbers for {logits.shape[1]} classes"
            raise InputError(f"loss.class_weights: {came}; give one per class, background first, or an empty list")
        return sum(factor * loss(logits, mask) for factor, loss in terms)

    return total
