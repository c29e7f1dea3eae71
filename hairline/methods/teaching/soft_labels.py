"""Distillation: a student is taught by a teacher's stored soft labels and by the drawn mask.

Three temperatures (see the paper of MCFF-L Net): T0 softens the drawn label, T1 the soft labels and the student's heads
that are compared with them, T2 the student's head that is compared with the drawn label. A strategy says which of them
is the swept temperature T. Scores are always taken at temperature 1.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from hairline.classes import IGNORE
from hairline.config import DistillParams, LossParams, RuleTemperature, Temperature, TrainParams
from hairline.data.loading.loader import Batch
from hairline.data.loading.soft_labels import SoftLabels
from hairline.errors import InputError
from hairline.losses import create_loss, soft_loss, tempered_label
from hairline.models import forward_heads, heads
from hairline.models.parts.normalisation import normalise


@dataclass(frozen=True)
class Temperatures:
    """A strategy's rules with the swept temperature put in."""

    t0: float
    t1: float
    t2: float


def temperatures_of(study: DistillParams, strategy: str, temperature: Temperature) -> Temperatures:
    rules = study.rules[strategy]

    def put_in(rule: RuleTemperature) -> float:
        return float(temperature if rule == "T" else rule)

    return Temperatures(put_in(rules.t0), put_in(rules.t1), put_in(rules.t2))


def match_heads(student: dict[str, float], teacher: list[str]) -> dict[str, str]:
    """Which of the teacher's heads (main one first) teaches which of the student's.

    Heads of one name belong together. Where no name is shared, the teacher's main head teaches the student's.
    """
    shared = {head: head for head in student if head in teacher}
    return shared or {next(iter(student)): teacher[0]}


class DistillStep(nn.Module):
    """Batch with soft labels -> losses: the drawn mask's, plus `weight` times the sum over the soft labels."""

    def __init__(
        self,
        model: nn.Module,
        loss: LossParams,
        study: DistillParams,
        *,
        temperatures: Temperatures,
        teacher_heads: list[str],
        normalisation: str,
    ) -> None:
        super().__init__()
        self.model, self.study, self.at, self.normalisation = model, study, temperatures, normalisation
        self.hard_loss = create_loss(loss)
        self.soft_loss = soft_loss(study.soft_loss)
        weights = heads(model)
        self.main = next(iter(weights))
        self.hard_weights = weights if study.hard_heads == "all" else {self.main: 1.0}
        self.matches = match_heads(weights, teacher_heads)

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        logits = forward_heads(self.model, normalise(batch.images, self.normalisation))
        hard = sum(weight * self._hard(logits[head], batch.masks) for head, weight in self.hard_weights.items())
        valid = batch.masks != IGNORE
        soft = sum(
            self._soft(logits[student], batch.soft[teacher], valid, self.at.t1)
            for student, teacher in self.matches.items()
        )
        return {"loss": hard + self.study.weight * soft, "hard": hard, "soft": soft}

    def _hard(self, logits: Tensor, mask: Tensor) -> Tensor:
        if self.at.t0 == 0:
            return self.hard_loss(logits / self.at.t2, mask)
        # A softened label is no class any more: compare it as the soft labels are compared.
        target = tempered_label(mask, logits.shape[1], self.at.t0)
        return self._soft(logits, target, mask != IGNORE, self.at.t2)

    def _soft(self, logits: Tensor, target: Tensor, valid: Tensor, temperature: float) -> Tensor:
        loss = self.soft_loss(logits, target, temperature=temperature, valid=valid)
        return loss * temperature**2 if self.study.times_t2 else loss


class BaselineStep(nn.Module):
    """The same student without a teacher: wherever a soft label stood, the drawn mask stands."""

    def __init__(self, model: nn.Module, loss: LossParams, study: DistillParams, *, normalisation: str) -> None:
        super().__init__()
        self.model, self.normalisation = model, normalisation
        self.loss = create_loss(loss)
        weights = heads(model)
        main = next(iter(weights))
        hard = weights if study.hard_heads == "all" else {main: 1.0}
        self.weights = {head: hard.get(head, 0.0) + study.weight for head in weights}

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        logits = forward_heads(self.model, normalise(batch.images, self.normalisation))
        return {"loss": sum(weight * self.loss(logits[head], batch.masks) for head, weight in self.weights.items())}


def plan_student(
    settings: TrainParams, study: DistillParams, *, arm: str, temperature: Temperature | None, labels: Path | None
) -> tuple[dict[str, Any], Callable[[nn.Module], nn.Module]]:
    """What the method is called and depends on beside the common settings, and how its step is made."""
    method: dict[str, Any] = {"weight": study.weight, "hard_heads": study.hard_heads}
    if arm == "baseline":
        return method | {"name": "baseline"}, lambda model: BaselineStep(
            model, settings.loss, study, normalisation=settings.normalisation
        )
    if arm not in study.rules:
        raise InputError(f"--arm {arm}: unknown; expected baseline or one of kd.rules: {sorted(study.rules)}")
    assert temperature is not None and labels is not None
    temperatures = temperatures_of(study, arm, temperature)
    teacher_heads = SoftLabels(labels).heads

    def create_step(model: nn.Module) -> nn.Module:
        return DistillStep(
            model,
            settings.loss,
            study,
            temperatures=temperatures,
            teacher_heads=list(teacher_heads),
            normalisation=settings.normalisation,
        )

    method |= {"name": "soft labels", "soft_loss": study.soft_loss, "times_t2": study.times_t2}
    return method | {"temperatures": asdict(temperatures)}, create_step
