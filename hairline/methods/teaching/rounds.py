"""One network trained on some pictures from its beginning to its end. A training is one such round, or several."""

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import nn

from hairline import engine
from hairline.data.loading.labels import relabelling
from hairline.data.loading.loader import Mixed, TrainBatches
from hairline.data.loading.soft_labels import SoftLabels
from hairline.data.loading.store import Store, open_store
from hairline.data.manifest import Sample, choose_split, read_classes, read_manifest
from hairline.engine.live import OnEpoch
from hairline.errors import InputError
from hairline.methods.teaching.course import Part, plan_parts
from hairline.methods.teaching.training import Training
from hairline.methods.teaching.validation import Validation
from hairline.models import create_model
from hairline.models.parts.backbone import frozen_backbone
from hairline.models.parts.pretrained import load_pretrained

CreateStep = Callable[[nn.Module], nn.Module]
"""A network -> what turns a batch into its losses."""


@dataclass(frozen=True)
class Round:
    name: str
    """Of its checkpoints."""
    label: str
    """Before its progress."""
    pictures: Sequence[Sample]
    seed: int
    create_step: CreateStep
    validation: Validation | None = None
    """None: nothing is held out, and the weights of the end are kept."""
    on_epoch: OnEpoch | None = None


@dataclass(frozen=True)
class Rounds:
    """What all rounds of a training share."""

    training: Training
    store: Store
    classes: list[str]
    scratch: Path
    device: torch.device
    world: engine.World

    def play(self, round: Round) -> tuple[nn.Module, engine.Fitted]:
        """The network with the weights that were kept, and how it went."""
        run = self.training.run
        engine.seed_everything(round.seed)
        model = create_model(run.model.name, classes=len(self.classes), **run.model.arguments)
        self._begin(model)
        batches = self._batches(round)

        def fit(part: Part, done: int) -> engine.Fitted:
            with frozen_backbone(model) if self.training.settings.weights.freeze else nullcontext():
                return engine.fit(
                    round.create_step(model),
                    engine.Stretch(batches, first=part.first, length=part.length),
                    model=model,
                    validate=round.validation,
                    settings=self.training.settings,
                    epochs=part.epochs,
                    learning_rate=run.learning_rate,
                    span=part.span,
                    checkpoint=self.scratch / f"{round.name}-{part.number}.pt",
                    device=self.device,
                    world=self.world,
                    label=round.label,
                    on_epoch=round.on_epoch and (lambda row: round.on_epoch(later(row, done))),
                )

        return model, _in_parts(self.training, model, batches, fit)

    def _begin(self, model: nn.Module) -> None:
        """The weights that it begins with, where not with chance."""
        training = self.training
        if training.start:
            engine.take_weights(model, engine.load_run(training.start), classes=self.classes)
        elif training.weights:
            outcome = load_pretrained(model, training.weights, sha256=training.settings.weights.sha256)
            print(f"{training.weights.name}: {outcome}", file=sys.stderr, flush=True)

    def _batches(self, round: Round) -> TrainBatches:
        training, settings = self.training, self.training.settings
        return TrainBatches(
            self.store,
            round.pictures,
            crop=settings.crop,
            batch_size=training.run.batch_size,
            augment=settings.augment if training.run.augment else None,
            seed=round.seed,
            relabel=relabelling(training.label_dilation, settings.borders, classes=self.classes),
            classes=self.classes,
            soft=SoftLabels(training.soft_labels) if training.soft_labels else None,
            mixed=_open_mixed(training, self.classes),
            rank=self.world.rank,
            world=self.world.size,
            makers=engine.batch_makers(self.device),
        )


def later(row: Mapping[str, float], epochs: int) -> dict[str, float]:
    """A row of the history of a part, as one of the whole."""
    return {**row, "epoch": row["epoch"] + epochs}


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
        history += [later(row, done) for row in fitted.history]
        done, seconds = done + part.epochs, seconds + fitted.seconds
    best_epoch = done - part.epochs + fitted.best_epoch
    return replace(fitted, history=history, best_epoch=best_epoch, seconds=seconds)


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
