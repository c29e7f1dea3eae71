"""Losses against probabilities instead of class ids: a teacher's soft label, or a tempered hand-drawn one.

A hand-drawn label at T0 > 0 comes here too, through `tempered_label` and `temperature=T2`, because each of these losses
is least at the label itself. Dice and focal are not: against (0.52, 0.48) they would still push to 0 or 1.
"""

from typing import Literal, Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from hairline.errors import InputError
from hairline.losses._pixels import foreground_probability, mean_over, one_hot
from hairline.losses.legacy_mse import legacy_mse_to

SoftKind = Literal["kl", "cross_entropy", "mse", "legacy_mse"]


class SoftLoss(Protocol):
    """[B, C, H, W] logits, divided by the temperature, against [B, C, H, W] probabilities where valid [B, H, W].

    No factor T^2: whoever adds it to other losses decides on that.
    """

    def __call__(
        self, student_logits: Tensor, teacher_probability: Tensor, *, temperature: float, valid: Tensor
    ) -> Tensor: ...


def soft_loss(kind: SoftKind) -> SoftLoss:
    if kind not in _KINDS:
        raise InputError(f"there is no soft loss {kind}; known: {', '.join(_KINDS)}")
    return _KINDS[kind]


def _cross_entropy(student_logits: Tensor, teacher_probability: Tensor, *, temperature: float, valid: Tensor) -> Tensor:
    log_probability = F.log_softmax(student_logits.float() / temperature, dim=1)
    return -mean_over((teacher_probability * log_probability).sum(1), valid)


def _kl(student_logits: Tensor, teacher_probability: Tensor, *, temperature: float, valid: Tensor) -> Tensor:
    """Cross-entropy less the teacher's own entropy: the same gradient, and 0 when the student agrees."""
    teacher = teacher_probability.float()
    own = mean_over(torch.xlogy(teacher, teacher).sum(1), valid)  # 0 log 0 is 0: stored labels do hold 0
    return own + _cross_entropy(student_logits, teacher, temperature=temperature, valid=valid)


def _mse(student_logits: Tensor, teacher_probability: Tensor, *, temperature: float, valid: Tensor) -> Tensor:
    """Mean over pixels and classes; the background's error is what the others' leave to 0."""
    error = foreground_probability(student_logits, temperature=temperature) - teacher_probability[:, 1:]
    of_classes = torch.square(error).sum(1) + torch.square(error.sum(1))
    return mean_over(of_classes, valid) / student_logits.shape[1]


def _legacy_mse(student_logits: Tensor, teacher_probability: Tensor, *, temperature: float, valid: Tensor) -> Tensor:
    return legacy_mse_to(student_logits, teacher_probability, valid=valid, temperature=temperature)


_KINDS: dict[str, SoftLoss] = {"kl": _kl, "cross_entropy": _cross_entropy, "mse": _mse, "legacy_mse": _legacy_mse}


def tempered_label(mask: Tensor, classes: int, t0: float) -> Tensor:
    """[B, H, W] class ids -> float32 [B, C, H, W]: one-hot at T0 = 0, else softmax(one-hot / T0).

    Ignored pixels hold numbers without meaning; pass `valid=mask != 255` on.
    """
    label = one_hot(mask, classes)
    return F.softmax(label / t0, dim=1) if t0 > 0 else label
