"""Training speed of hrsegnet (width 16, 256 px, batch 16): ours against a plain loop, the engine against a bare one.

plain   eager fp32, each sample decoded from its file whenever it is needed
bare    the settings of params.yaml (precision, channels_last), the same batches, a loop of five lines
engine  the same through hairline.engine.fit, with its schedule, clipping, progress and checkpoints

The three take turns, and ratios are of neighbours, so that a machine that slows down slows all three.

Example: python -m benchmarks.train --images 64 --rounds 3
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from hairline import engine
from hairline.config import TrainParams, load_params
from hairline.data.images import read_image
from hairline.data.loading.loader import TrainBatches
from hairline.data.loading.store import open_store
from hairline.data.manifest import Sample, read_manifest
from hairline.data.masks import read_mask
from hairline.data.preparing.prepare import prepare
from hairline.data.sources.synthetic import Options, draw_files
from hairline.io import write_json
from hairline.methods.teaching.supervised import SupervisedStep
from hairline.models import create_model

BATCH, CROP, RATE = 16, 256, 1e-3


def main(images: int, rounds: int) -> None:
    params = load_params()
    settings = params.train.model_copy(update={"crop": CROP, "schedule": "constant", "warmup": 0.0})
    settings = settings.model_copy(update={"augment": settings.augment.model_copy(update={"rotate": 0.0})})
    engine.set_up_device(settings, engine.World())  # for all three: threads, and freed memory kept
    with tempfile.TemporaryDirectory() as folder:
        dataset = draw_dataset(Path(folder), images)
        samples = read_manifest(dataset)
        batches = TrainBatches(
            open_store(dataset, samples), samples, crop=CROP, batch_size=BATCH, augment=settings.augment, seed=0
        )
        loops: dict[str, Callable[[], int]] = {
            "plain": lambda: _plain(dataset, samples),
            "bare": lambda: _bare(batches, settings),
            "engine": lambda: _engine(batches, settings, Path(folder)),
        }
        rates: dict[str, list[float]] = {name: [] for name in loops}
        for loop in loops.values():  # a first, uncounted turn
            loop()
        for _ in range(rounds):
            for name, loop in loops.items():
                started = time.perf_counter()
                seen = loop()
                rates[name].append(seen / (time.perf_counter() - started))
    print(f"threads {torch.get_num_threads()}, {rounds} rounds of {len(batches) * BATCH} images")
    for name, values in rates.items():
        print(f"{name:7s} {statistics.median(values):6.1f} images/s")
    gain, overhead = _ratio(rates["engine"], rates["plain"]), _ratio(rates["bare"], rates["engine"])
    print(f"engine is {gain:.2f} times the plain loop; over the bare loop it costs {100 * (overhead - 1):+.1f} %")


def _ratio(above: Sequence[float], below: Sequence[float]) -> float:
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def draw_dataset(folder: Path, images: int) -> Path:
    settings = load_params().datasets["synthetic"]
    options = Options.model_validate(settings.options | {"images": images, "size": 400})
    draw_files(options, folder / "raw", workers=2)
    write_json(folder / "raw" / "classes.json", {"classes": {"0": "background", "1": "crack"}})
    prepare(
        folder / "raw", folder / "dataset", settings.split, report=folder / "report.md", page=folder / "report.html"
    )
    return folder / "dataset"


def _plain(dataset: Path, samples: Sequence[Sample]) -> int:
    model = create_model("hrsegnet", classes=2, width=16)
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE)
    loss_of = nn.CrossEntropyLoss()
    seen = 0
    order = torch.randperm(len(samples)).tolist()
    for start in range(0, len(order) - BATCH + 1, BATCH):
        pairs = [_decoded(dataset, samples[index]) for index in order[start : start + BATCH]]
        image, mask = (torch.stack(parts) for parts in zip(*pairs, strict=True))
        loss = sum(
            weight * loss_of(model.forward_heads(image)[head], mask) for head, weight in model.head_weights.items()
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        seen += BATCH
    return seen


def _decoded(dataset: Path, sample: Sample) -> tuple[Tensor, Tensor]:
    image = torch.from_numpy(read_image(dataset / sample.image)).permute(2, 0, 1).float() / 127.5 - 1
    mask = torch.from_numpy(read_mask(dataset / sample.mask, classes=2)).long()
    y, x = (int(torch.randint(0, size - CROP + 1, ())) for size in mask.shape)
    image, mask = image[:, y : y + CROP, x : x + CROP], mask[y : y + CROP, x : x + CROP]
    return (image.flip(-1), mask.flip(-1)) if torch.rand(()) < 0.5 else (image, mask)


def _step(settings: TrainParams) -> tuple[nn.Module, SupervisedStep]:
    model = create_model("hrsegnet", classes=2, width=16)
    return model, SupervisedStep(model, settings.loss, normalisation=settings.normalisation)


def _bare(batches: TrainBatches, settings: TrainParams) -> int:
    model, step = _step(settings)
    step.to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE)
    seen = 0
    for batch in batches.epoch(0):
        with engine.number_format(torch.device("cpu"), settings.precision):
            loss = step(batch)["loss"]
        loss.backward()
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        seen += len(batch.ids)
    return seen


def _engine(batches: TrainBatches, settings: TrainParams, folder: Path) -> int:
    model, step = _step(settings)
    engine.fit(
        step, batches, model=model, validate=lambda _: {"f1": 0.0}, settings=settings, epochs=1, learning_rate=RATE,
        checkpoint=folder / "checkpoint.pt", device=torch.device("cpu"),
    )  # fmt: skip
    return len(batches) * BATCH


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=128, help="drawn pictures of 400 px")
    parser.add_argument("--rounds", type=int, default=5)
    main(**vars(parser.parse_args()))
