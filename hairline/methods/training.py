"""What every training of a segmentation network shares, whatever the method: data in, a run folder out."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from hairline import engine, io
from hairline.config import Repeat, RunParams, TrainParams
from hairline.data.loader import TrainBatches, WholeImages
from hairline.data.manifest import choose_split, read_classes, read_manifest
from hairline.data.soft_labels import SoftLabels
from hairline.data.store import open_store
from hairline.engine.live import live_curves
from hairline.methods.validation import Validation
from hairline.models import create_model

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Training:
    """One training, fully described: what is trained, how much, on what, with what chance."""

    run: RunParams
    settings: TrainParams
    prepared: Path
    repeat: Repeat
    label_dilation: str = "none"
    soft_labels: Path | None = None

    def key(self, method: dict[str, Any]) -> dict[str, Any]:
        """All that the result depends on: equal keys, equal weights."""
        soft = self.soft_labels / "index.json" if self.soft_labels else None
        return {
            "run": self.run.model_dump(mode="json"),
            "settings": self.settings.model_dump(mode="json"),
            "repeat": [self.repeat.seed, self.repeat.fold],
            "label_dilation": self.label_dilation,
            "data": io.sha256_of(self.prepared / "manifest.csv"),
            "soft_labels": io.sha256_of(soft) if soft else None,
            "method": method,
            "code": io.code_fingerprint(_code(self.run.model.name)),
        }


def train(
    training: Training, out: Path, *, method: dict[str, Any], create_step: Callable[[nn.Module], nn.Module]
) -> None:
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
    create_step: Callable[[nn.Module], nn.Module],
) -> None:
    run, settings = training.run, training.settings
    device = engine.set_up_device(settings, world)
    engine.seed_everything(training.repeat.seed)
    samples = read_manifest(training.prepared / "manifest.csv")
    classes = read_classes(training.prepared)
    chosen = choose_split(samples, training.repeat.fold)
    store = open_store(training.prepared, samples)
    model = create_model(run.model.name, classes=len(classes), **run.model.arguments)
    step = create_step(model)
    batches = TrainBatches(
        store,
        chosen["train"],
        crop=settings.crop,
        batch_size=run.batch_size,
        augment=settings.augment if run.augment else None,
        seed=training.repeat.seed,
        label_dilation=training.label_dilation,
        soft=SoftLabels(training.soft_labels) if training.soft_labels else None,
        rank=world.rank,
        world=world.size,
    )
    validation = Validation(
        WholeImages(store, chosen["val"], batch_size=run.batch_size, rank=world.rank, world=world.size),
        classes=len(classes),
        loss=settings.loss,
        normalisation=settings.normalisation,
        views=settings.views,
        precision=settings.precision,
        device=device,
    )
    with live_curves(out.name, training.key(method), is_main=world.is_main) as on_epoch:
        fitted = engine.fit(
            step,
            batches,
            model=model,
            validate=validation,
            settings=settings,
            epochs=run.epochs,
            learning_rate=run.learning_rate,
            checkpoint=scratch / "checkpoint.pt",
            device=device,
            world=world,
            label=out.name,
            on_epoch=on_epoch,
        )
    if not world.is_main:
        return
    card = engine.ModelCard(
        network=run.model.name,
        arguments=run.model.arguments,
        classes=classes,
        normalisation=settings.normalisation,
        threshold=fitted.figures["threshold"],
        views=settings.views.model_dump(),
    )
    record = training.key(method) | {
        "dataset": training.prepared.name,
        "images": {split: len(members) for split, members in chosen.items()},
        "val": fitted.figures,
        "best_epoch": fitted.best_epoch,
        "seconds": fitted.seconds,
        "processes": world.size,
    }
    engine.save_run(out, card=card, weights=fitted.weights, history=fitted.history, record=record)


def _code(network: str) -> list[Path]:
    """The source a training runs through; that of other networks, reports and commands does not change its result."""
    data = [ROOT / "data" / f"{name}.py" for name in ("augment", "labels", "loader", "soft_labels", "store")]
    methods = [
        ROOT / "methods" / f"{name}.py" for name in ("scoring", "soft_labels", "supervised", "training", "validation")
    ]
    models = [*(ROOT / "models").glob("_*.py")]
    models += [ROOT / "models" / f"{name}.py" for name in (network, "normalisation", "views")]
    return [*data, *methods, *models, *(ROOT / name for name in ("engine", "losses", "metrics"))]
