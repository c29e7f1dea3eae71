"""What a gallery holds: some test pictures of a data set, and what each run said of them, within a number of bytes."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from hairline.data.images import read_image
from hairline.data.manifest import Sample, read_manifest
from hairline.data.predictions import archive_of, read_prediction
from hairline.errors import InputError
from hairline.report.page.layers import Layer, States, size_within
from hairline.report.study.gallery import read_ids
from hairline.report.study.overlay import choose_pictures
from hairline.report.study.results import Arm, Run, Study

LONGEST = 640
"""Longer pictures are made smaller, in pixels."""
QUALITY = 78
"""Of WebP: cracks of one pixel are still seen at it."""
PHOTOGRAPHS = 0.7
"""Share of a gallery's bytes that photographs and the first run's layers may take; the rest is the other runs'."""

Rows = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Picture:
    id: str
    width: int
    height: int
    photograph: str
    """A data URL."""
    shrunk: bool


@dataclass(frozen=True)
class Shown:
    """A run of a gallery: its scores and its layers, picture by picture."""

    study: str
    arm: str
    run: Run
    rows: Rows
    layers: Sequence[Layer]


@dataclass(frozen=True)
class Gallery:
    dataset: str
    classes: Sequence[str]
    tested: int
    wanted: int
    states: States
    pictures: Sequence[Picture]
    shown: Sequence[Shown]
    """The one that val prefers first; the pictures are chosen and ordered by its scores."""
    left_out: Sequence[str]
    """Runs for which there was no room, or that were tested on other pictures."""


def read_galleries(
    studies: Sequence[Study], *, select: str, count: int, predictions: Path, prepared: Path, budget: int
) -> list[Gallery]:
    """One for each data set that was tested on; `budget`: bytes of all of them together."""
    datasets = list(dict.fromkeys(arm.dataset for study in studies for arm in study.arms))
    room = budget // max(1, len(datasets))
    return [
        _read_gallery(
            dataset,
            studies,
            select=select,
            count=count,
            predictions=predictions,
            prepared=prepared / dataset,
            room=room,
        )
        for dataset in datasets
    ]


def _read_gallery(
    dataset: str, studies: Sequence[Study], *, select: str, count: int, predictions: Path, prepared: Path, room: int
) -> Gallery:
    arms = [(study, arm) for study in studies for arm in study.arms if arm.dataset == dataset]
    best = _preferred(arms, select)
    arms.sort(key=lambda pair: pair is not best)
    first = best[1].first
    rows = _rows(first)
    column = f"{first.classes[1]}_f1_2px"
    scores = [float(row[column]) if row[column] else None for row in rows.values()]
    chosen = choose_pictures(list(rows), scores, count=count)
    samples = {sample.id: sample for sample in read_manifest(prepared / "manifest.csv")}
    states = States(len(first.classes))

    pictures: list[Picture] = []
    masks: dict[str, np.ndarray] = {}
    layers: list[Layer] = []
    used = 0
    for picture_id in chosen:
        if picture_id not in samples:
            raise InputError(f"{prepared / 'manifest.csv'}: has no picture {picture_id!r}; run `dvc repro` again")
        mask = read_ids(prepared / samples[picture_id].mask)
        layer = _layer(states, mask, archive_of(predictions / best[0].name, first.name), picture_id)
        picture = _read_picture(prepared, samples[picture_id])
        used += len(picture.photograph) + len(layer.body)
        if pictures and used > PHOTOGRAPHS * room:
            break
        pictures.append(picture)
        layers.append(layer)
        masks[picture_id] = mask

    shown = [Shown(best[0].name, best[1].name, first, rows, layers)]
    left_out = []
    for study, arm in arms[1:]:
        rows = _rows(arm.first)
        others = []
        if all(picture.id in rows for picture in pictures):
            archive = archive_of(predictions / study.name, arm.first.name)
            others = [_layer(states, mask, archive, picture_id) for picture_id, mask in masks.items()]
        size = sum(len(layer.body) for layer in others)
        if len(others) < len(pictures) or used + size > room:
            left_out.append(arm.name)
            continue
        used += size
        shown.append(Shown(study.name, arm.name, arm.first, rows, others))
    return Gallery(dataset, first.classes, len(scores), len(chosen), states, pictures, shown, left_out)


def _preferred(arms: Sequence[tuple[Study, Arm]], select: str) -> tuple[Study, Arm]:
    """The best by val, of those tested on this data set; where it was trained is where val was."""
    sign = -1 if select == "loss" else 1
    return max(arms, key=lambda pair: sign * pair[1].val(select))


def _rows(run: Run) -> Rows:
    return {row["id"]: row for row in run.images()}


def _layer(states: States, mask: np.ndarray, archive: Path, picture_id: str) -> Layer:
    prediction = read_prediction(archive, picture_id)
    if prediction.shape != mask.shape:
        raise InputError(
            f"{archive}: the prediction for {picture_id} has {prediction.shape} pixels, its mask has {mask.shape}; "
            "run `dvc repro` to make it again"
        )
    return states.layer(mask, prediction, longest=LONGEST)


def _read_picture(prepared: Path, sample: Sample) -> Picture:
    image = read_image(prepared / sample.image)
    height, width = size_within(*image.shape[:2], LONGEST)
    shrunk = (height, width) != image.shape[:2]
    if shrunk:
        image = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    _, content = cv2.imencode(".webp", image[..., ::-1], [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
    url = f"data:image/webp;base64,{base64.b64encode(content.tobytes()).decode()}"
    return Picture(sample.id, width, height, url, shrunk)
