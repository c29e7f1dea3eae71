"""The teacher's pass: its probabilities at a temperature, for every head and every picture that is trained on."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from hairline import engine, io
from hairline.config import Temperature, TrainParams
from hairline.data.loading.loader import WholeImages
from hairline.data.loading.soft_labels import SoftLabelWriter, join_soft_labels
from hairline.data.loading.store import open_store
from hairline.data.manifest import Sample, choose_split, read_manifest
from hairline.errors import InputError
from hairline.models import forward_heads, heads
from hairline.models.parts.normalisation import normalise
from hairline.progress import Progress

BATCH_SIZE = 8
PART = 64  # pictures; no more are lost by a kill


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
        run.model.to(device)
        store = open_store(prepared, samples)
        shares = [
            _shares(choose_split(samples, fold)["train"], scratch, rank, world.size) for rank in range(world.size)
        ]
        own = shares[world.rank]
        total = sum(len(pictures) for pictures in own.values())
        with Progress(f"soften {out.name}", total, unit="image", shown=world.is_main) as progress:
            for part, pictures in own.items():
                if not part.exists():  # each is complete or absent, so a killed stage goes on from where it was
                    images = WholeImages(store, pictures, batch_size=BATCH_SIZE)
                    _soften_part(part, run, images, temperature, storage, settings=settings, device=device)
                progress.step(len(pictures))
        engine.wait_for_all()
        if world.is_main:
            join_soft_labels([part for share in shares for part in share], folder)

    engine.once(out, "soft-labels", key, work, world=world)


def teacher_probabilities(
    model: nn.Module,
    images: WholeImages,
    *,
    normalisation: str,
    temperature: float,
    settings: TrainParams,
    device: torch.device,
) -> Iterator[tuple[str, np.ndarray]]:
    """Each picture's id and its probabilities [heads, C, H, W], heads in the network's order."""
    model.to(memory_format=torch.channels_last if settings.channels_last else torch.contiguous_format)
    with torch.inference_mode(), engine.number_format(device, settings.precision):
        for batch in images:
            logits = forward_heads(model, normalise(batch.images.to(device), normalisation))
            probability = torch.stack([_probability(logits[head], temperature) for head in logits], dim=1)
            yield from zip(batch.ids, probability.cpu().numpy(), strict=True)


def _shares(samples: Sequence[Sample], scratch: Path, rank: int, size: int) -> dict[Path, Sequence[Sample]]:
    """What one of several processes writes: the folder of each part, and its pictures."""
    own = samples[rank::size]
    return {scratch / f"part-{rank}-{start}": own[start : start + PART] for start in range(0, len(own), PART)}


def _soften_part(
    out: Path,
    run: engine.Run,
    images: WholeImages,
    temperature: Temperature,
    storage: str,
    *,
    settings: TrainParams,
    device: torch.device,
) -> None:
    classes, names = len(run.card.classes), list(heads(run.model))
    with SoftLabelWriter(out, heads=names, classes=classes, storage=storage, temperature=temperature) as writer:
        for sample_id, probability in teacher_probabilities(
            run.model,
            images,
            normalisation=run.card.normalisation,
            temperature=temperature,
            settings=settings,
            device=device,
        ):
            writer.add(sample_id, probability)


def _probability(logits: Tensor, temperature: float) -> Tensor:
    return (logits.float() / temperature).softmax(dim=1)


def _check_teacher(teacher: Path, minimum_f1: float) -> None:
    f1 = io.read_json(teacher / "run.json")["val"]["f1"]
    if f1 is None or f1 < minimum_f1:
        raise InputError(
            f"{teacher}: the teacher's crack F1 on val is {f1:.3f}, below kd.teacher.minimum_f1 = {minimum_f1:g}: its "
            "soft labels would teach its faults; train it longer, or lower that limit if you mean it"
        )
