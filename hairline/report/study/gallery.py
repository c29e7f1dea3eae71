"""The overlays of a study as files: some pictures of each run, the worst first."""

from pathlib import Path

import cv2
import numpy as np

from hairline import io
from hairline.data.images import read_image, write_png
from hairline.data.manifest import read_manifest
from hairline.data.predictions import archive_of, read_prediction
from hairline.errors import InputError
from hairline.report.study.overlay import choose_pictures, draw_overlay
from hairline.report.study.results import Run, Study


def write_overlays(out: Path, study: Study, *, predictions: Path, prepared: Path, count: int) -> None:
    """A folder a run: true and false pixels over the photograph, the worst pictures first in name."""
    with io.replaced_folder(out) as folder:
        for run in drawn_runs(study):
            dataset = prepared / run.metrics["dataset"]
            samples = {sample.id: sample for sample in read_manifest(dataset / "manifest.csv")}
            (folder / run.name).mkdir()
            for sample_id, name in overlay_names(run, count=count).items():
                sample = samples[sample_id]
                image = read_image(dataset / sample.image)
                mask = read_ids(dataset / sample.mask)
                prediction = read_prediction(archive_of(predictions, run.name), sample_id)
                write_png(folder / run.name / name, draw_overlay(image, mask, prediction))


def drawn_runs(study: Study) -> list[Run]:
    """The first repeat of each arm."""
    return [arm.first for arm in study.arms]


def overlay_names(run: Run, *, count: int) -> dict[str, str]:
    """Picture -> the name of its overlay in the run's folder, in the order of these names."""
    rows, column = run.images(), f"{run.classes[1]}_f1_2px"
    f1 = [float(row[column]) if row[column] else None for row in rows]
    chosen = choose_pictures([row["id"] for row in rows], f1, count=count)
    return {sample_id: f"{place:02d}-{sample_id}.png" for place, sample_id in enumerate(chosen, start=1)}


def read_ids(path: Path) -> np.ndarray:
    """Class ids of a mask, as written by the split stage."""
    ids = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if ids is None:
        raise InputError(f"{path}: missing or unreadable; run `dvc repro` to make it again")
    return ids
