"""Photographs and networks for the tests of commands."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from hairline.engine import ModelCard, save_run
from hairline.models import create_model

NETWORK = {"network": "mcff", "arguments": {"width": 2, "blocks": 1}}
ONE_LOOK = {"scales": [1.0], "mirror": False}


def make_run(
    folder: Path,
    *,
    classes: Sequence[str] = ("background", "crack"),
    thresholds: Sequence[float] = (),
    views: Mapping[str, object] = ONE_LOOK,
) -> Path:
    """An untrained network: what it says is noise, but always the same noise."""
    torch.manual_seed(0)
    model = create_model(NETWORK["network"], classes=len(classes), **NETWORK["arguments"])
    card = ModelCard(
        **NETWORK,
        classes=list(classes),
        normalisation="standardise",
        thresholds=thresholds,
        views=views,
        weights_sha256="",
    )
    save_run(folder, card=card, weights=model.state_dict(), history=[{"epoch": 1}], record={})
    return folder


def pixels(height: int = 40, width: int = 60, *, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def save(path: Path, values: np.ndarray, **options: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values).save(path, **options)
    return path
