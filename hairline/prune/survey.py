"""How much each layer of a run can spare: every group cut alone, and scored on val pictures."""

from pathlib import Path
from typing import Any

import torch
from torch import nn

from hairline import engine, io
from hairline.config import ScanParams, TrainParams
from hairline.data.loading.labels import relabelling
from hairline.data.loading.loader import TrainBatches, WholeImages
from hairline.data.loading.store import open_store
from hairline.data.manifest import choose_split, read_classes, read_manifest
from hairline.methods.teaching.validation import Validation
from hairline.prune.course import calibration_losses
from hairline.prune.sensitivity import scan

COLUMNS = ("group", "width", "ratio", "kept", "iou")


def survey(run: Path, prepared: Path, out: Path, *, fold: int, params: ScanParams, settings: TrainParams) -> None:
    """Write a row a group and ratio; the first one, without a group, is the whole network."""
    device = engine.set_up_device(settings, engine.World())
    loaded = engine.load_run(run)
    model = loaded.model.to(device, memory_format=torch.channels_last)
    samples = read_manifest(prepared / "manifest.csv")
    chosen, store, classes = choose_split(samples, fold), open_store(prepared, samples), read_classes(prepared)
    spread = chosen["val"][:: max(1, len(chosen["val"]) // params.pictures)][: params.pictures]
    validation = Validation(
        WholeImages(store, spread, batch_size=8),
        classes=len(classes),
        loss=settings.loss,
        normalisation=loaded.card.normalisation,
        views=settings.views.model_copy(update={"scales": [1.0], "mirror": False}),  # ranks layers as well, for less
        precision=settings.precision,
        device=device,
    )
    batches = TrainBatches(
        store, chosen["train"], crop=settings.crop, batch_size=8, augment=None, seed=0,
        relabel=relabelling("none", settings.borders, classes=classes),
    )  # fmt: skip

    def score(cut: nn.Module) -> float:
        with torch.inference_mode():
            return validation(cut)["iou"]

    rows: list[dict[str, Any]] = [{"group": "", "width": "", "ratio": 0, "kept": "", "iou": score(model)}]
    losses = calibration_losses(batches, count=4, loss=settings.loss, normalisation=loaded.card.normalisation)
    found = scan(model, score, params.ratios, criterion=params.criterion, losses=losses)
    rows += [
        {"group": row.group, "width": row.width, "ratio": row.ratio, "kept": row.kept, "iou": row.score}
        for row in found
    ]
    io.write_csv(out, rows, columns=COLUMNS)
