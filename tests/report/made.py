"""Results of a whole project without a training: drawn cracks, predictions that go wrong, and their true scores.

Files and figures have the form and the relations of real ones, because the real code scores the predictions and writes
the files. Only the networks have learned nothing.
"""

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np

from hairline import io
from hairline.config import AnnotateParams, ArmPlan, EvaluateParams, Params, Repeat
from hairline.data.images import encode_png, write_png
from hairline.data.manifest import Sample, write_classes, write_manifest
from hairline.data.predictions import archive_of, pack_predictions, read_prediction
from hairline.methods.comparison import compare_arms
from hairline.methods.evaluation import CURVE, Task, curve_rows, image_rows, intervals_of, save_scores
from hairline.methods.study import OF_TRAINING
from hairline.metrics import pool, score_image

IMAGES = 10
"""To train on."""


def make_results(
    root: Path,
    params: Params,
    *,
    images: int = 6,
    size: int = 48,
    classes: Sequence[str] = ("background", "crack"),
    networks: bool = False,
) -> Path:
    """Fill `root` with data/ and reports/metrics/ for the studies of the parameters; `networks` adds real weights."""
    for dataset in params.datasets:
        _make_dataset(root / "data" / "prepared" / dataset, images=images, size=size, classes=classes)
    for study in params.studies:
        _make_study(root, params, study, classes=classes, networks=networks)
    return root


def _make_dataset(folder: Path, *, images: int, size: int, classes: Sequence[str]) -> None:
    rng = np.random.default_rng(len(folder.name))
    samples = []
    for index in range(images):
        image = rng.normal(140, 12, (size, size, 3)).clip(0, 255).astype(np.uint8)
        mask = np.zeros((size, size), np.uint8)
        if index:  # the first picture has no crack
            for class_id in range(1, len(classes)):
                line = rng.integers(0, size, (4, 2)).astype(np.int32)
                cv2.polylines(mask, [line], False, class_id, int(rng.integers(1, 4)))
        image[mask > 0] //= 2
        name = f"{index:04d}"
        write_png(folder / "images" / f"{name}.png", image)
        write_png(folder / "masks" / f"{name}.png", mask)
        share = float((mask > 0).mean())
        samples.append(
            Sample(name, f"images/{name}.png", f"masks/{name}.png", "test", name, 1, True, size, size, share, name * 16)
        )
    write_manifest(folder / "manifest.csv", samples)
    write_classes(folder, list(classes))


def _make_study(root: Path, params: Params, study: str, *, classes: Sequence[str], networks: bool) -> None:
    section = params.study(study)
    plan = section.plan()
    scored, folders = root / "reports" / "metrics" / study, {}
    for place, arm in enumerate(plan):
        for repeat in section.repeats():
            name = arm.run(repeat)
            dataset, run = root / "data" / "prepared" / arm.tested_on, root / "data" / "runs" / study
            kept = folders[Task(arm, repeat, run / repeat.of(arm.trained), dataset)] = root / "scores" / name
            _score_run(
                arm, repeat, dataset, scored, kept, archive_of(root / "data" / "predictions" / study, name),
                skill=0.6 + 0.3 * place / len(plan) + 0.01 * repeat.seed, classes=classes, params=params.evaluate,
            )  # fmt: skip
            if arm.is_trained:
                used = (section.masks(arm.name) or IMAGES) if isinstance(section, AnnotateParams) else IMAGES
                _make_run(run / name, place, dataset.name, used, classes=classes, real=networks)
    for task in folders:
        for file in OF_TRAINING:
            io.link_or_copy(task.run / file, scored / f"{task.name}.{file}")
    io.write_json(scored / "section.json", section.model_dump(mode="json"), sort=False)
    io.write_json(scored / "failed.json", {})
    io.write_json(scored / "comparison.json", compare_arms(folders, resamples=100))


def _score_run(
    arm: ArmPlan,
    repeat: Repeat,
    dataset: Path,
    scored: Path,
    kept: Path,
    archive: Path,
    *,
    skill: float,
    classes: Sequence[str],
    params: EvaluateParams,
) -> None:
    name = arm.run(repeat)
    rng = np.random.default_rng(list(name.encode()))
    scores, pngs = [], []
    for path in sorted((dataset / "masks").glob("*.png")):
        mask = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        truth = np.stack([mask == class_id for class_id in range(1, len(classes))])
        probability = np.clip(truth * skill + rng.normal(0.1, 0.15, truth.shape), 0, 1)
        shown = np.where(probability.max(0) > 0.5, probability.argmax(0) + 1, 0).astype(np.uint8)
        levels = np.rint(255 * probability).astype(np.uint8)
        scores.append(
            score_image(
                shown, mask, classes=len(classes), tolerances=params.tolerances, probability=levels, id=path.stem
            )
        )
        pngs.append((path.stem, encode_png(shown)))
    archive.parent.mkdir(parents=True, exist_ok=True)
    pack_predictions(archive, pngs)
    metrics = {
        "arm": arm.name, "repeat": {"seed": repeat.seed, "fold": repeat.fold}, "dataset": dataset.name,
        "split": params.split,
        "classes": list(classes),
        "network": "hrsegnet", "arguments": {"width": 2, "depth": 1}, "thresholds": thresholds_of(classes),
        "weights_sha256": io.fingerprint(name), "weights_bytes": 20_000 * (1 + len(arm.name)),
        "parameters": 4321 * (1 + len(arm.name)),
        "macs": 2_500_000 * (1 + len(arm.name)), "macs_at": 64, "scores": pool(scores, classes),
        "intervals": intervals_of(scores, classes, params),
    }  # fmt: skip
    io.write_json(scored / f"{name}.json", metrics)
    engines = [_times(engine, 3.0 + len(arm.name) - 2 * place) for place, engine in enumerate(params.latency.engines)]
    speed = {"size": 64, "threads": 1, "runs": 3, "load_average": 0.5, "busy": False, "engines": engines}
    io.write_json(scored / f"{name}.speed.json", speed)
    io.write_csv(scored / f"{name}.csv", image_rows(scores, classes))
    io.write_csv(scored / f"{name}.curve.csv", curve_rows(scores, classes), columns=CURVE)
    save_scores(kept / "scores.npz", scores)


def thresholds_of(classes: Sequence[str]) -> list[float]:
    """As a training has them unless params.yaml asks for more: one class beside background goes by one."""
    return [0.5] if len(classes) == 2 else []


def _times(engine: str, milliseconds: float) -> dict[str, object]:
    told = {"name": engine, "title": f"{engine} f32", "how": "one by one", "version": "1.0"}
    return told | {"median_ms": milliseconds, "p95_ms": milliseconds + 1.5}


def fail_engine(root: Path, engine: str, *, reason: str = "no rule for aten.odd") -> None:
    """As the files are where an engine can run none of the networks."""
    for path in (root / "reports" / "metrics").rglob("*.speed.json"):
        speed = io.read_json(path)
        for each in speed["engines"]:
            if each["name"] == engine:
                del each["median_ms"], each["p95_ms"]
                each["failed"] = reason
        io.write_json(path, speed)


def _make_run(folder: Path, place: int, dataset: str, used: int, *, classes: Sequence[str], real: bool) -> None:
    epochs = range(1, 6)
    history = [
        {"epoch": epoch, "learning_rate": 0.001 * epoch, "train_loss": 2 / epoch}
        | ({"val_f1": 0.5 + 0.02 * place + 0.05 * epoch, "val_loss": 2.1 / epoch} if epoch % 2 else {})
        for epoch in epochs
    ]
    record = {
        "dataset": dataset, "images": {"train": used, "val": 4, "test": 6}, "best_epoch": 5, "seconds": 12.5,
        "val": {"f1": 0.75 + 0.02 * place, "f1_2px": 0.8, "iou": 0.6, "loss": 0.42}
        | {f"threshold_{number}": value for number, value in enumerate(thresholds_of(classes), start=1)},
        "run": {"epochs": 5, "batch_size": 4, "learning_rate": 0.005, "augment": True},
        "settings": {"optimiser": "adamw", "precision": "bf16"}, "method": {"name": "supervised"}, "data": "0" * 64,
        "processes": 1, "precision": "bf16",
    }  # fmt: skip
    card = {"network": "hrsegnet", "arguments": {"width": 2, "depth": 1}, "classes": list(classes)}
    card |= {
        "normalisation": "standardise",
        "thresholds": thresholds_of(classes),
        "views": {"scales": [1], "mirror": False},
    }
    if real:
        from hairline import engine
        from hairline.models import create_model

        weights = create_model("hrsegnet", classes=len(classes), width=2, depth=1).state_dict()
        engine.save_run(folder, card=engine.ModelCard(**card), weights=weights, history=history, record=record)
        return
    machine = {"versions": {"torch": "2.14.1"}, "hardware": {"processor": "a processor", "cores": 2}}
    io.write_json(folder / "model.json", card | {"weights_sha256": "0" * 64})
    columns = ["epoch", "learning_rate", "train_loss", "val_f1", "val_loss"]
    io.write_csv(folder / "history.csv", history, columns=columns)
    io.write_json(folder / "run.json", record | machine | {"peak_memory_mb": 500})


def repack(archive: Path, change: Callable[[str, np.ndarray], np.ndarray]) -> None:
    """Put other predictions in place of those in the archive."""
    with zipfile.ZipFile(archive) as packed:
        names = [Path(member).stem for member in packed.namelist()]
    pack_predictions(archive, [(name, encode_png(change(name, read_prediction(archive, name)))) for name in names])
