"""The overlays of a study as files: some pictures of each run, the worst first."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from hairline import io
from hairline.data.images import read_image, write_png
from hairline.data.manifest import read_manifest
from hairline.errors import InputError
from hairline.report.overlay import choose_pictures, draw_overlay
from hairline.report.results import Arm


def write_overlays(
    out: Path,
    arms: Sequence[Arm],
    *,
    names: Mapping[str, str],
    metrics: Path,
    predictions: Path,
    prepared: Path,
    count: int,
) -> None:
    """A folder a run: true and false pixels over the photograph, the worst pictures first in name."""
    with io.replaced_folder(out) as folder:
        for arm in arms:
            run = names[arm.name]
            dataset = prepared / arm.first["dataset"]
            samples = {sample.id: sample for sample in read_manifest(dataset / "manifest.csv")}
            rows = io.read_csv(metrics / f"{run}.csv")
            f1 = [float(row[f"{arm.target}_f1_2px"]) if row[f"{arm.target}_f1_2px"] else None for row in rows]
            (folder / run).mkdir()
            for place, sample_id in enumerate(choose_pictures([row["id"] for row in rows], f1, count=count), start=1):
                sample = samples[sample_id]
                image = read_image(dataset / sample.image)
                mask = _read_ids(dataset / sample.mask)
                prediction = _read_ids(predictions / run / f"{sample_id}.png")
                write_png(folder / run / f"{place:02d}-{sample_id}.png", draw_overlay(image, mask, prediction))


def _read_ids(path: Path) -> np.ndarray:
    ids = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if ids is None:
        raise InputError(f"{path}: missing or unreadable; run `dvc repro` to make it again")
    return ids
