"""What "within 2 pixels" is worth: one study's predictions, scored with three shapes of nearness.

disc      at most 2 pixels away: what the tables here mean
ellipse   OpenCV's ellipse of 5 x 5, whose corners lie 2.24 pixels away
square    5 x 5: corners 2.83 pixels away

Papers on cracks seldom say which of them they took. The differences printed here are no merit of any network.
A line an arm, mean over its repeats.

Example: python -m benchmarks.nearness --study compare
"""

from pathlib import Path
from statistics import mean

import cv2
import numpy as np

from hairline.commands import script_parser
from hairline.config import STUDIES
from hairline.data.manifest import read_manifest
from hairline.data.predictions import archive_of, read_prediction
from hairline.report.study.gallery import read_ids
from hairline.report.study.results import Run, read_study

REACH = 2
SIDE = 2 * REACH + 1
_AWAY = np.hypot(*np.mgrid[-REACH : REACH + 1, -REACH : REACH + 1])
SHAPES = {
    "disc": (_AWAY <= REACH).astype(np.uint8),
    "ellipse": cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (SIDE, SIDE)),
    "square": np.ones((SIDE, SIDE), np.uint8),
}
TARGET = 1
"""The class that a study is about."""


def main(study: str, metrics: Path, predictions: Path, prepared: Path) -> None:
    for arm in read_study(study, metrics=metrics / study).arms:
        scored = [f1_by_shape(run, predictions / study, prepared) for run in arm.runs]
        told = ", ".join(f"{name} {mean(scores[name] for scores in scored):.3f}" for name in SHAPES)
        print(f"{arm.name}, repeats: {len(arm.runs)}; F1 at {REACH} px by {told}")


def f1_by_shape(run: Run, predictions: Path, prepared: Path) -> dict[str, float]:
    """Pooled over the pictures, as everywhere."""
    folder = prepared / run.metrics["dataset"]
    masks = {sample.id: folder / sample.mask for sample in read_manifest(folder)}
    counts = {name: np.zeros(4) for name in SHAPES}
    for row in run.images():
        predicted = read_prediction(archive_of(predictions, run.name), row["id"]) == TARGET
        true = read_ids(masks[row["id"]]) == TARGET
        for name, shape in SHAPES.items():
            near_true, near_predicted = (cv2.dilate(pixels.view(np.uint8), shape) > 0 for pixels in (true, predicted))
            counts[name] += (predicted & near_true).sum(), predicted.sum(), (true & near_predicted).sum(), true.sum()
    return {name: _f1(*of_shape) for name, of_shape in counts.items()}


def _f1(near_predicted: float, predicted: float, near_true: float, true: float) -> float:
    precision, recall = near_predicted / max(predicted, 1), near_true / max(true, 1)
    return 2 * precision * recall / max(precision + recall, 1e-12)


if __name__ == "__main__":
    parser = script_parser(__doc__)
    parser.add_argument("--study", choices=STUDIES, default="compare")
    parser.add_argument("--metrics", type=Path, default=Path("reports/metrics"))
    parser.add_argument("--predictions", type=Path, default=Path("data/predictions"))
    parser.add_argument("--prepared", type=Path, default=Path("data/prepared"))
    main(**vars(parser.parse_args()))
