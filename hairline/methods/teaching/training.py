"""What every training of a segmentation network shares, whatever the method: data in, a run folder out."""

import sys
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from hairline import engine, io
from hairline.config import ModelParams, Repeat, RunParams, TrainParams
from hairline.data.loading.labelled import choose_labelled
from hairline.data.loading.labels import LabelDilation, relabelling
from hairline.data.loading.loader import Mixed, TrainBatches, WholeImages
from hairline.data.loading.soft_labels import SoftLabels
from hairline.data.loading.store import open_store
from hairline.data.manifest import Sample, choose_split, read_classes, read_manifest
from hairline.engine.live import OnEpoch, live_curves
from hairline.errors import InputError
from hairline.methods.teaching.course import UNCHANGED, Course, Part, plan_parts
from hairline.methods.teaching.validation import Validation
from hairline.models import create_model
from hairline.models.parts.backbone import frozen_backbone
from hairline.models.parts.pretrained import existing, load_pretrained
from hairline.models.parts.widths import Widths, widths_of

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Training:
    """One training, fully described: what is trained, how much, on what, with what chance."""

    run: RunParams
    settings: TrainParams
    prepared: Path
    repeat: Repeat
    label_dilation: LabelDilation = "none"
    soft_labels: Path | None = None
    masks: int | None = None
    """How many of the training masks are used; None: all."""
    start: Path | None = None
    """A run whose weights it begins with; None: chance."""
    mixed: Path | None = None
    """A second prepared data set, of the same classes, that part of each batch is taken from."""
    mixed_share: float = 0.0
    course: Course = UNCHANGED
    refit: bool = False
    """Once val has chosen the threshold, train anew on train and val together."""

    @property
    def weights(self) -> Path | None:
        """A file of weights of another task that it begins with."""
        file = self.settings.weights.file
        return existing(io.from_checkout(Path(file))) if file and self.start is None else None

    def key(self, method: dict[str, Any]) -> dict[str, Any]:
        """All that the result depends on: equal keys, equal weights."""
        soft = self.soft_labels / "index.json" if self.soft_labels else None
        return {
            "run": self.run.model_dump(mode="json", exclude={"train", "refit"}),  # they have their own keys
            "settings": self.settings.model_dump(mode="json"),
            "repeat": [self.repeat.seed, self.repeat.fold],
            "label_dilation": self.label_dilation,
            "data": io.sha256_of(self.prepared / "manifest.csv"),
            "soft_labels": io.sha256_of(soft) if soft else None,
            "masks": self.masks,
            "weights": io.sha256_of(self.weights) if self.weights else None,
            "start": engine.read_card(self.start).weights_sha256 if self.start else None,
            "mixed": [io.sha256_of(self.mixed / "manifest.csv"), self.mixed_share] if self.mixed else None,
            "refit": self.refit,
            "method": method,
            "code": io.code_fingerprint(_code(self.run.model.name)),
        }


def train(
    training: Training, out: Path, *, method: dict[str, Any], create_step: Callable[[nn.Module], nn.Module]
) -> None:
    """Train and write the run folder `out`. `method` names all that `create_step` puts into the losses."""
    if training.refit and (training.soft_labels or training.masks is not None):
        raise InputError(
            "refit: val pictures have no soft labels, and would be masks beyond those that are counted; "
            "it is for networks that learn from all drawn masks"
        )
    world = engine.join_world()

    def work(folder: Path, scratch: Path) -> None:
        _train(training, folder, scratch, world=world, method=method, create_step=create_step)

    engine.once(out, "training", training.key(method), work, world=world)


def _train(
    training: Training,
    out: Path,
    scratch: Path,
    *,
    world: engine.World,
    method: dict[str, Any],
    create_step: Callable[[nn.Module], nn.Module],
) -> None:
    run, settings = training.run, training.settings
    device = engine.set_up_device(settings, world)
    samples = read_manifest(training.prepared / "manifest.csv")
    classes = read_classes(training.prepared)
    chosen = choose_split(samples, training.repeat.fold)
    if training.masks is not None:
        chosen["train"] = choose_labelled(chosen["train"], training.masks, seed=training.repeat.seed)
    store = open_store(training.prepared, samples)
    validation = Validation(
        WholeImages(store, chosen["val"], batch_size=run.batch_size, rank=world.rank, world=world.size),
        classes=len(classes),
        loss=settings.loss,
        normalisation=settings.normalisation,
        views=settings.views,
        precision=settings.precision,
        device=device,
        threshold_margin=settings.threshold_margin,
    )

    def learn(
        pictures: list[Sample], *, name: str, validate: Validation | None, tell: OnEpoch | None
    ) -> tuple[nn.Module, engine.Fitted]:
        engine.seed_everything(training.repeat.seed)
        model = create_model(run.model.name, classes=len(classes), **run.model.arguments)
        _begin(model, training, classes)
        batches = TrainBatches(
            store,
            pictures,
            crop=settings.crop,
            batch_size=run.batch_size,
            augment=settings.augment if run.augment else None,
            seed=training.repeat.seed,
            relabel=relabelling(training.label_dilation, settings.borders, classes=classes),
            soft=SoftLabels(training.soft_labels) if training.soft_labels else None,
            mixed=_open_mixed(training, classes),
            rank=world.rank,
            world=world.size,
        )

        def fit(part: Part, done: int) -> engine.Fitted:
            with frozen_backbone(model) if settings.weights.freeze else nullcontext():
                return engine.fit(
                    create_step(model),
                    engine.Stretch(batches, first=part.first, length=part.length),
                    model=model,
                    validate=validate,
                    settings=settings,
                    epochs=part.epochs,
                    learning_rate=run.learning_rate,
                    span=part.span,
                    checkpoint=scratch / f"{name}-{part.number}.pt",
                    device=device,
                    world=world,
                    label=out.name if validate else f"{out.name}, refit",
                    on_epoch=tell and (lambda row: tell(_later(row, done))),
                )

        return model, _in_parts(training, model, batches, fit)

    with live_curves(out.name, training.key(method), is_main=world.is_main) as on_epoch:
        model, fitted = learn(chosen["train"], name="checkpoint", validate=validation, tell=on_epoch)
        if training.refit:
            done = len(fitted.history)
            tell = on_epoch and (lambda row: on_epoch(_of_refit(row, done)))
            model, again = learn([*chosen["train"], *chosen["val"]], name="refit", validate=None, tell=tell)
            history = [*fitted.history, *(_of_refit(row, done) for row in again.history)]
            fitted = replace(fitted, weights=again.weights, history=history, seconds=fitted.seconds + again.seconds)
    if not world.is_main:
        return
    card = engine.ModelCard(
        network=run.model.name,
        arguments=run.model.arguments,
        classes=classes,
        normalisation=settings.normalisation,
        threshold=fitted.figures["threshold"],
        views=settings.views.model_dump(),
        widths=_unusual_widths(model, run.model, classes=len(classes)),
    )
    record = training.key(method) | {
        "dataset": training.prepared.name,
        "images": {split: len(members) for split, members in chosen.items()},
        "val": fitted.figures,
        "best_epoch": fitted.best_epoch,
        "seconds": fitted.seconds,
        "processes": world.size,
        "precision": engine.resolve_precision(device, settings.precision),
    }
    engine.save_run(out, card=card, weights=fitted.weights, history=fitted.history, record=record)


def _begin(model: nn.Module, training: Training, classes: list[str]) -> None:
    """The weights that the training begins with, where not with chance."""
    if training.start:
        engine.take_weights(model, engine.load_run(training.start), classes=classes)
    elif training.weights:
        outcome = load_pretrained(model, training.weights, sha256=training.settings.weights.sha256)
        print(f"{training.weights.name}: {outcome}", file=sys.stderr, flush=True)


def _in_parts(
    training: Training, model: nn.Module, batches: TrainBatches, fit: Callable[[Part, int], engine.Fitted]
) -> engine.Fitted:
    """The parts of the course one after the other, each from the best weights of the one before; as one history."""
    course, length = training.course, len(batches)
    parts = plan_parts(course, epochs=training.run.epochs_of(length), length=length)
    done, history, seconds = 0, [], 0.0
    for part, _ in zip(parts, course.change(model, batches), strict=True):
        fitted = fit(part, done)
        model.load_state_dict(fitted.weights)
        history += [_later(row, done) for row in fitted.history]
        done, seconds = done + part.epochs, seconds + fitted.seconds
    best_epoch = done - part.epochs + fitted.best_epoch
    return replace(fitted, history=history, best_epoch=best_epoch, seconds=seconds)


def _later(row: Mapping[str, float], epochs: int) -> dict[str, float]:
    """A row of the history of a part, as one of the whole."""
    return {**row, "epoch": row["epoch"] + epochs}


def _of_refit(row: Mapping[str, float], epochs: int) -> dict[str, float]:
    """A row of the history of the second training, after those of the first; its losses are of other pictures."""
    return {name.replace("train_", "refit_"): value for name, value in _later(row, epochs).items()}


def _unusual_widths(model: nn.Module, params: ModelParams, *, classes: int) -> Widths:
    """What the run folder must say of a network that is not as wide as its name and arguments tell."""
    with torch.device("meta"):
        usual = widths_of(create_model(params.name, classes=classes, **params.arguments))
    widths = widths_of(model)
    return {} if widths == usual else widths


def _open_mixed(training: Training, classes: list[str]) -> Mixed | None:
    """Its train split; val and test of the mixture are those of the main data set alone."""
    if training.mixed is None:
        return None
    other = read_classes(training.mixed)
    if other != classes:
        raise InputError(
            f"{training.mixed}: its classes are {other}, those of {training.prepared} are {classes}; only equal ones "
            "can be mixed: see `split.keep` in params.yaml"
        )
    samples = read_manifest(training.mixed / "manifest.csv")
    return Mixed(open_store(training.mixed, samples), choose_split(samples, 0)["train"], training.mixed_share)


def _code(network: str) -> list[Path]:
    """The source a training runs through; that of other networks, reports and commands does not change its result."""
    shared = ("data/loading", "engine", "losses", "methods/scoring.py", "methods/teaching", "metrics", "models/parts")
    return [ROOT / name for name in (*shared, f"models/{network}.py")]
