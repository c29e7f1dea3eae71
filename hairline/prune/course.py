"""A pruning as the course of a training: cut, fine-tune, cut again."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from hairline import io
from hairline.config import LossParams, PruneParams
from hairline.data.loading.loader import TrainBatches
from hairline.methods.teaching.course import Course
from hairline.methods.teaching.supervised import SupervisedStep
from hairline.prune.gradients import Losses
from hairline.prune.settings import Pruning
from hairline.prune.steps import PruningStep, pruning_steps

HERE = Path(__file__).parent


def pruning_of(params: PruneParams, arm: str, *, seed: int) -> Pruning:
    """What an arm of the study cuts."""
    criterion, schedule, ratio, _ = params.points()[arm]
    return Pruning(
        criterion=criterion,
        ratio=ratio,
        scope=params.scope,
        parts=params.parts,
        round_to=params.round_to,
        steps=params.schedules[schedule],
        seed=seed,
    )


def plan_pruning(
    pruning: Pruning, *, between: float, calibration: int, loss: LossParams, normalisation: str
) -> tuple[dict[str, Any], Course]:
    """What the result depends on, and the course of the training."""

    def change(model: nn.Module, batches: TrainBatches) -> Iterator[PruningStep]:
        losses = calibration_losses(batches, count=calibration, loss=loss, normalisation=normalisation)
        return pruning_steps(model, pruning, losses=losses)

    depends_on = {
        "pruning": asdict(pruning),
        "between": between,
        "calibration": calibration,
        "pruning_code": io.code_fingerprint([HERE, HERE.parent / "cost" / "probe.py"]),
    }
    return depends_on, Course(pruning.steps, between, change)


def calibration_losses(batches: TrainBatches, *, count: int, loss: LossParams, normalisation: str) -> Losses:
    """The real loss on the first batches of an epoch, the same ones in every step."""

    def losses(model: nn.Module) -> Iterator[Tensor]:
        step = SupervisedStep(model, loss, normalisation=normalisation)
        device = next(model.parameters()).device
        for batch in islice(batches.epoch(0), count):
            with torch.enable_grad():
                yield step(batch.to(device))["loss"]

    return losses
