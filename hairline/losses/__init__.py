"""Losses: logits [B, C, H, W] of any precision and a mask [B, H, W] in, one float32 number out; 255 is ignored."""

from collections.abc import Callable
from functools import partial

from torch import Tensor

from hairline.config import LossParams
from hairline.errors import InputError
from hairline.losses.cross_entropy import cross_entropy
from hairline.losses.dice import dice
from hairline.losses.focal import focal
from hairline.losses.legacy_mse import legacy_mse
from hairline.losses.soft import SoftLoss, soft_loss, tempered_label
from hairline.losses.two_classes import cross_entropy_and_dice

__all__ = ["SoftLoss", "create_loss", "soft_loss", "tempered_label"]

Loss = Callable[[Tensor, Tensor], Tensor]


def create_loss(params: LossParams) -> Loss:
    """The sum of the named losses, each times its weight; those at 0 are not computed."""
    weights = params.class_weights
    if weights and (min(weights) < 0 or max(weights) == 0):
        raise InputError(f"loss.class_weights: expected no negative and at least one positive number, got {weights}")
    known: dict[str, tuple[float, Loss]] = {
        "legacy_mse": (params.legacy_mse, legacy_mse),
        "cross_entropy": (params.cross_entropy, partial(cross_entropy, class_weights=weights)),
        "focal": (params.focal, partial(focal, class_weights=weights)),
        "dice": (params.dice, dice),
    }
    terms = {name: (factor, loss) for name, (factor, loss) in known.items() if factor > 0}
    if not terms:
        raise InputError(f"loss: every weight is 0, so nothing would be learned; raise one of {', '.join(known)}")
    terms_of_two = dict(terms)
    if {"cross_entropy", "dice"} <= terms.keys():
        factors = {name: terms_of_two.pop(name)[0] for name in ("cross_entropy", "dice")}
        terms_of_two["both"] = 1.0, partial(cross_entropy_and_dice, **factors, class_weights=weights)

    def total(logits: Tensor, mask: Tensor) -> Tensor:
        classes = logits.shape[1]
        if weights and len(weights) != classes:
            came = f"{len(weights)} numbers for {classes} classes"
            raise InputError(f"loss.class_weights: {came}; give one per class, background first, or an empty list")
        chosen = terms_of_two if classes == 2 else terms
        return sum(factor * loss(logits, mask) for factor, loss in chosen.values())

    return total
