"""What every training of a segmentation network shares, whatever the method: data in, a run folder out."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from hairline import engine
from hairline.config import ModelParams
from hairline.data.loading.labelled import choose_labelled
from hairline.data.loading.loader import WholeImages
from hairline.data.loading.store import Store, open_store
from hairline.data.manifest import Sample, choose_split, read_classes, read_manifest
from hairline.engine.live import live_curves
from hairline.methods.teaching.rounds import CreateStep, Round, Rounds, later
from hairline.methods.teaching.training import Training
from hairline.methods.teaching.turns import take_turns
from hairline.methods.teaching.tutors import tutored_by
from hairline.methods.teaching.validation import Validation, thresholds_of
from hairline.models import create_model
from hairline.models.parts.widths import Widths, widths_of

ValidateOn = Callable[[Sequence[Sample]], Validation]

SEEDS_APART = 1000
"""Between a network and its first tutor, and from tutor to tutor: more than anyone has repeats."""


def train(training: Training, out: Path, *, method: dict[str, Any], create_step: CreateStep) -> None:
    """Train and write the run folder `out`. `method` names all that `create_step` puts into the losses."""
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
    create_step: CreateStep,
) -> None:
    run, settings = training.run, training.settings
    device = engine.set_up_device(settings, world)
    samples = read_manifest(training.prepared / "manifest.csv")
    classes = read_classes(training.prepared)
    chosen = choose_split(samples, training.repeat.fold)
    if training.masks is not None:
        chosen["train"] = choose_labelled(chosen["train"], training.masks, seed=training.repeat.seed)
    store = open_store(training.prepared, samples)
    rounds = Rounds(training, store, classes, scratch, device, world)

    def validate_on(pictures: Sequence[Sample]) -> Validation:
        return _validation(training, store, pictures, classes=len(classes), device=device, world=world)

    with live_curves(out.name, training.key(method), is_main=world.is_main) as on_epoch:
        main = Round(
            "checkpoint",
            out.name,
            chosen["train"],
            training.repeat.seed,
            create_step,
            validate_on(chosen["val"]),
            on_epoch,
        )
        model, fitted = _play_all(rounds, main, chosen["val"], validate_on)
    if not world.is_main:
        return
    card = engine.ModelCard(
        network=run.model.name,
        arguments=run.model.arguments,
        classes=classes,
        normalisation=settings.normalisation,
        thresholds=thresholds_of(fitted.figures),
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


def _validation(
    training: Training,
    store: Store,
    pictures: Sequence[Sample],
    *,
    classes: int,
    device: torch.device,
    world: engine.World,
) -> Validation:
    settings = training.settings
    return Validation(
        WholeImages(store, pictures, batch_size=training.run.batch_size, rank=world.rank, world=world.size),
        classes=classes,
        loss=settings.loss,
        normalisation=settings.normalisation,
        views=settings.views,
        precision=settings.precision,
        device=device,
        by_thresholds=settings.decide == "thresholds",
        threshold_margin=settings.threshold_margin,
    )


def _play_all(
    rounds: Rounds, main: Round, val: Sequence[Sample], validate_on: ValidateOn
) -> tuple[nn.Module, engine.Fitted]:
    """The main round, or its turns, after those of its tutors and before that of all pictures.

    The figures are those of pictures that the network which was asked had not seen.
    """
    training, seconds, tutors = rounds.training, 0.0, []
    for number in range(training.tutors.count if training.tutors else 0):
        model, fitted = rounds.play(_of_tutor(main, number, training.tutors.count))
        tutors.append(model.eval())
        seconds += fitted.seconds
    if tutors:
        settings = training.settings
        step = tutored_by(tutors, settings.loss, training.tutors, normalisation=settings.normalisation)
        main = replace(main, create_step=step)
    together = replace(main, pictures=[*main.pictures, *val])
    model, fitted = _play_turns(rounds, together, validate_on) if training.refit > 1 else rounds.play(main)
    seconds += fitted.seconds
    if training.refit:
        done = len(fitted.history)
        model, again = rounds.play(_of_refit(together, done))
        history = [*fitted.history, *(_refitted(row, done) for row in again.history)]
        fitted, seconds = replace(fitted, weights=again.weights, history=history), seconds + again.seconds
    return model, replace(fitted, seconds=seconds)


def _play_turns(rounds: Rounds, together: Round, validate_on: ValidateOn) -> tuple[nn.Module, engine.Fitted]:
    """A network for each turn, asked at its end about the pictures it was not trained on.

    The figures are of all pictures, at the end of the history, which is that of the first turn.
    """
    looks, fits, seconds = [], [], 0.0
    turns = take_turns(together.pictures, rounds.training.refit)
    for number, turn in enumerate(turns):
        model, fitted = rounds.play(_of_turn(together, number, len(turns), turn.pictures))
        started = time.monotonic()
        validation = validate_on(turn.held_out)
        with torch.inference_mode(), engine.number_format(rounds.device, rounds.training.settings.precision):
            looks.append(validation.look(model.eval()))
        fits.append(fitted)
        seconds += fitted.seconds + time.monotonic() - started
    figures, first = validation.figures(looks), fits[0]
    end = {"epoch": first.history[-1]["epoch"], **{f"val_{name}": value for name, value in figures.items()}}
    if together.on_epoch:
        together.on_epoch(end)
    history = [*first.history[:-1], first.history[-1] | end]
    return model, replace(first, figures=figures, history=history, seconds=seconds)


def _of_tutor(main: Round, number: int, count: int) -> Round:
    return replace(
        main,
        name=f"tutor-{number}",
        label=f"{main.label}, tutor {number + 1} of {count}",
        seed=main.seed + SEEDS_APART * (number + 1),
        validation=None,
        on_epoch=None,
    )


def _of_turn(together: Round, number: int, count: int, pictures: Sequence[Sample]) -> Round:
    return replace(
        together,
        name=f"turn-{number}",
        label=f"{together.label}, turn {number + 1} of {count}",
        pictures=pictures,
        validation=None,
        on_epoch=None if number else together.on_epoch,
    )


def _of_refit(together: Round, done: int) -> Round:
    tell = together.on_epoch
    return replace(
        together,
        name="refit",
        label=f"{together.label}, refit",
        validation=None,
        on_epoch=tell and (lambda row: tell(_refitted(row, done))),
    )


def _refitted(row: Mapping[str, float], epochs: int) -> dict[str, float]:
    """A row of the refit's history, after those of the main round; its losses are of other pictures."""
    return {name.replace("train_", "refit_"): value for name, value in later(row, epochs).items()}


def _unusual_widths(model: nn.Module, params: ModelParams, *, classes: int) -> Widths:
    """What the run folder must say of a network that is not as wide as its name and arguments tell."""
    with torch.device("meta"):
        usual = widths_of(create_model(params.name, classes=classes, **params.arguments))
    widths = widths_of(model)
    return {} if widths == usual else widths
