"""The teacher's pass: its probabilities at a temperature, for every head and every picture that is trained on."""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from hairline import engine, io
from hairline.config import Temperature, TrainParams
from hairline.data.loader import WholeImages
from hairline.data.manifest import choose_split, read_manifest
from hairline.data.soft_labels import SoftLabelWriter, join_soft_labels
from hairline.data.store import open_store
from hairline.errors import InputError
from hairline.models import forward_heads, heads
from hairline.models.normalisation import normalise
from hairline.progress import Progress

BATCH_SIZE = 8


def soften(
    teacher: Path,
    prepared: Path,
    out: Path,
    *,
    temperature: Temperature,
    fold: int,
    storage: str,
    minimum_f1: float,
    settings: TrainParams,
) -> None:
    """Write soft labels for the train split of a prepared data set. A teacher that knows too little is refused."""
    if not (math.isfinite(temperature) and temperature > 0):
        raise InputError(f"a temperature of {temperature} softens nothing; expected a number above 0, such as 10")
    _check_teacher(teacher, minimum_f1)
    world = engine.join_world()
    key = {
        "teacher": io.sha256_of(teacher / "model.json"),
        "data": io.sha256_of(prepared / "manifest.csv"),
        "temperature": float(temperature),
        "fold": fold,
        "storage": storage,
        "precision": settings.precision,
        "code": io.code_fingerprint([Path(__file__)]),
    }

    def work(folder: Path, scratch: Path) -> None:
        device = engine.set_up_device(settings, world)
        samples = read_manifest(prepared / "manifest.csv")
        run = engine.load_run(teacher)
        model = run.model.to(device)
        images = WholeImages(
            open_store(prepared, samples),
            choose_split(samples, fold)["train"],
            batch_size=BATCH_SIZE,
            rank=world.rank,
            world=world.size,
        )
        parts = [scratch / f"part-{rank}" for rank in range(world.size)] if world.size > 1 else [folder]
        with SoftLabelWriter(
            parts[world.rank],
            heads=list(heads(model)),
            classes=len(run.card.classes),
            storage=storage,
            temperature=temperature,
        ) as writer:
            for sample_id, probability in teacher_probabilities(
                model,
                images,
                normalisation=run.card.normalisation,
                temperature=temperature,
                settings=settings,
                device=device,
                label=out.name,
                shown=world.is_main,
            ):
                writer.add(sample_id, probability)
        engine.wait_for_all()
        if world.is_main and world.size > 1:
            join_soft_labels(parts, folder)

    engine.once(out, "soft-labels", key, work, world=world)


def teacher_probabilities(
    model: nn.Module,
    images: WholeImages,
    *,
    normalisation: str,
    temperature: float,
    settings: TrainParams,
    device: torch.device,
    label: str,
    shown: bool = True,
) -> Iterator[tuple[str, np.ndarray]]:
    """Each picture's id and its probabilities [heads, C, H, W], heads in the network's order."""
    model.to(memory_format=torch.channels_last if settings.channels_last else torch.contiguous_format)
    with (
        Progress(f"soften {label}", len(images.ids), unit="image", shown=shown) as progress,
        torch.inference_mode(),
        engine.number_format(device, settings.precision),
    ):
        for batch in images:
            logits = forward_heads(model, normalise(batch.images.to(device), normalisation))
            probability = torch.stack([_probability(logits[head], temperature) for head in logits], dim=1)
            yield from zip(batch.ids, probability.cpu().numpy(), strict=True)
            progress.step(len(batch.ids))


def _probability(logits: Tensor, temperature: float) -> Tensor:
    return (logits.float() / temperature).softmax(dim=1)


def _check_teacher(teacher: Path, minimum_f1: float) -> None:
    f1 = io.read_json(teacher / "run.json")["val"]["f1"]
    if f1 is None or f1 < minimum_f1:
        raise InputError(
            f"{teacher}: the teacher's crack F1 on val is {f1:.3f}, below kd.teacher.minimum_f1 = {minimum_f1:g}: its "
            "soft labels would teach its faults; train it longer, or lower that limit if you mean it"
        )
