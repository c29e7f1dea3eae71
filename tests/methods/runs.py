"""Run folders, as small as they come: trained for a moment, or of random weights."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from hairline.engine import ModelCard, save_run
from hairline.methods.teaching.supervised import plan_supervised
from hairline.methods.teaching.train import train
from hairline.methods.teaching.training import Training
from hairline.models import create_model

ONE_LOOK = {"scales": [1], "mirror": False}


def train_supervised(training: Training, out: Path) -> Path:
    method, create_step = plan_supervised(training.settings)
    train(training, out, method=method, create_step=create_step)
    return out


def save_random_run(
    folder: Path,
    *,
    seed: int = 0,
    thresholds: Sequence[float] = (0.5,),
    width: int = 4,
    record: Mapping[str, Any] | None = None,
) -> Path:
    torch.manual_seed(seed)
    model = create_model("hrsegnet", classes=2, width=width)
    card = ModelCard("hrsegnet", {"width": width}, ["background", "crack"], "standardise", thresholds, ONE_LOOK)
    save_run(folder, card=card, weights=model.state_dict(), history=[{"epoch": 1}], record=record or {})
    return folder
