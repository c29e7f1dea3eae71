"""A run scored on a split, as a rule test, once: scores with intervals, size, and what it said of each picture."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from hairline import engine, io
from hairline.config import ArmPlan, EvaluateParams, Repeat, TrainParams
from hairline.cost.counts import count_macs, count_parameters
from hairline.data.images import write_png
from hairline.data.loading.loader import WholeImages
from hairline.data.loading.store import open_store
from hairline.data.manifest import choose_split, read_classes, read_manifest
from hairline.data.predictions import pack_predictions
from hairline.errors import InputError
from hairline.methods.scoring import gather_scores, look_at, score_seen
from hairline.metrics import ImageScore, bootstrap_interval, measure, pool, precision_recall_curve
from hairline.progress import Progress

OF_CLASS = ("precision", "recall", "f1", "iou", "f1_2px", "cldice", "ods", "ois", "ap", "m_f1", "m_iou")
AT_TOLERANCES = ("lt_iou_{}px",)
OF_SPLIT = ("mean_iou",)
OF_IMAGE = ("precision", "recall", "f1", "iou", "f1_2px", "support_pixels", "fp", "fn")
CURVE = ("class", "threshold", "precision", "recall")
CURVE_POINTS = 64
PREDICTIONS = "predictions.zip"
BATCH_SIZE = 8
ROOT = Path(__file__).parents[1]
USED = (
    "cost/counts.py",
    "cost/probe.py",
    "data/predictions.py",
    "engine/predict.py",
    "engine/sliding.py",
    "metrics",
    "models/parts/views.py",
)


@dataclass(frozen=True)
class Task:
    """One run on one data set."""

    arm: ArmPlan
    repeat: Repeat
    run: Path
    """The run folder."""
    prepared: Path

    @property
    def name(self) -> str:
        """That of the files in reports/."""
        return self.arm.run(self.repeat)


def evaluate(task: Task, out: Path, *, params: EvaluateParams, settings: TrainParams) -> None:
    """Fill `out`: metrics.json, images.csv, curve.csv, scores.npz and a prediction-<id>.png a picture."""
    world = engine.join_world()
    card = engine.read_card(task.run)
    key = {
        "weights": card.weights_sha256,
        "thresholds": card.thresholds,
        "views": card.views,
        "data": io.sha256_of(task.prepared / "manifest.csv"),
        "task": [task.name, task.arm.name, task.repeat.seed, task.repeat.fold],
        "params": params.model_dump(mode="json"),
        "precision": settings.precision,
        "code": io.code_fingerprint([Path(__file__), *(ROOT / name for name in USED)]),
    }

    def work(folder: Path, scratch: Path) -> None:
        _evaluate(task, folder, scratch, params=params, settings=settings, world=world)

    engine.once(out, "evaluation", key, work, world=world)


def _evaluate(
    task: Task, out: Path, scratch: Path, *, params: EvaluateParams, settings: TrainParams, world: engine.World
) -> None:
    _refuse_pictures_it_learned_from(task, params.split)
    device = engine.set_up_device(settings, world)
    run = engine.load_run(task.run)
    model = run.as_used.to(device, memory_format=torch.channels_last)
    classes = read_classes(task.prepared)
    if classes != list(run.card.classes):
        raise InputError(
            f"{task.run.name} knows the classes {list(run.card.classes)}, but {task.prepared.name} has {classes}; only "
            f"equal ones can be scored: datasets.{task.prepared.name}.split.keep in params.yaml can leave classes out"
        )
    samples = read_manifest(task.prepared / "manifest.csv")
    tested = choose_split(samples, task.repeat.fold)[params.split]
    store = open_store(task.prepared, samples)
    images = WholeImages(store, tested, batch_size=BATCH_SIZE, rank=world.rank, world=world.size)
    scores: list[ImageScore] = []
    with Progress(f"evaluate {task.name}", len(images.ids), unit="image", shown=world.is_main) as progress:
        for seen in look_at(
            model,
            images,
            normalisation=run.card.normalisation,
            precision=settings.precision,
            device=device,
            tile=params.tile,
        ):
            for score, prediction in score_seen(
                seen,
                classes=len(run.card.classes),
                thresholds=run.card.thresholds,
                tolerances=params.tolerances,
                lines=True,
            ):
                scores.append(score)
                write_png(scratch / f"{score.id}.png", prediction)
            progress.step(len(seen.batch.ids))
    scores = gather_scores(scores)
    if world.is_main:
        _write(task, run, scores, out, scratch, params=params)


def _refuse_pictures_it_learned_from(task: Task, split: str) -> None:
    record = io.read_json(task.run / "run.json")
    if split == "val" and record.get("refit") and record["data"] == io.sha256_of(task.prepared / "manifest.csv"):
        raise InputError(
            f"{task.run.name} was trained on train and val (refit: {record['refit']}), so its score on val would say "
            "nothing; set evaluate.split: test, or leave refit out of its recipe while recipes are chosen"
        )


def _write(
    task: Task, run: engine.Run, scores: list[ImageScore], out: Path, scratch: Path, *, params: EvaluateParams
) -> None:
    classes = list(run.card.classes)
    with io.replaced_folder(out) as folder:
        said = sorted(scratch.glob("*.png"))
        pack_predictions(folder / PREDICTIONS, ((png.stem, png.read_bytes()) for png in said))
        size = params.latency.size
        metrics = {
            "arm": task.arm.name,
            "repeat": asdict(task.repeat),
            "dataset": task.prepared.name,
            "split": params.split,
            "network": run.card.network,
            "arguments": run.card.arguments,
            "classes": classes,  # by id; the scores below are sorted by name
            "thresholds": run.card.thresholds,
            "weights_sha256": run.card.weights_sha256,
            "predictions": io.sha256_of(folder / PREDICTIONS),  # who draws them can depend on these metrics alone
            "weights_bytes": (task.run / "model.safetensors").stat().st_size,
            "views": run.card.views,
            "parameters": count_parameters(run.model, inference=True),
            "macs": count_macs(run.as_used, size, size),
            "macs_at": size,
            "scores": pool(scores, classes),
            "intervals": intervals_of(scores, classes, params),
        }
        io.write_json(folder / "metrics.json", metrics)
        io.write_csv(folder / "images.csv", image_rows(scores, classes))
        io.write_csv(folder / "curve.csv", curve_rows(scores, classes), columns=CURVE)
        save_scores(folder / "scores.npz", scores)


def intervals_of(scores: list[ImageScore], classes: Sequence[str], params: EvaluateParams) -> dict[str, Any]:
    def drawn(names: Sequence[str], class_id: int) -> dict[str, Any]:
        return bootstrap_interval(scores, names, resamples=params.bootstrap, seed=0, class_id=class_id)

    known = set(pool(scores, classes)["classes"][classes[1]])
    tolerant = [name.format(reach) for name in AT_TOLERANCES for reach in params.tolerances]
    names = [name for name in (*OF_CLASS, *tolerant) if name in known]
    by_class = {name: drawn(names, class_id) for class_id, name in enumerate(classes) if class_id}
    return {"level": 0.95, "over": "images", "classes": by_class, **drawn(OF_SPLIT, 1)}


def image_rows(scores: list[ImageScore], classes: Sequence[str]) -> list[dict[str, Any]]:
    rows = []
    for score in scores:
        row: dict[str, Any] = {"id": score.id}
        for class_id, name in enumerate(classes[1:], start=1):
            found = measure([score], OF_IMAGE, class_id=class_id)
            row |= {f"{name}_{metric}": value for metric, value in found.items()}
        rows.append(row)
    return rows


def curve_rows(scores: list[ImageScore], classes: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"class": name, **point}
        for class_id, name in enumerate(classes[1:], start=1)
        for point in precision_recall_curve(scores, class_id=class_id, points=CURVE_POINTS)
    ]


def save_scores(path: Path, scores: Sequence[ImageScore]) -> None:
    """The counts of every picture, for paired tests between runs."""
    with io.replaced_file(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(
            file, ids=np.array([score.id for score in scores]), counts=np.stack([score.to_array() for score in scores])
        )


def load_scores(path: Path) -> list[ImageScore]:
    try:
        with np.load(path, allow_pickle=False) as content:
            pairs = zip(content["ids"], content["counts"], strict=True)
            return [ImageScore.from_array(counts, id=str(sample_id)) for sample_id, counts in pairs]
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{path}: unreadable scores ({error}); run the evaluate stage again") from None
