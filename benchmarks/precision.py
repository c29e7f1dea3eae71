"""A training step in bf16 and in fp32 on this machine, in turn, and which of them `train.precision: auto` takes.

hrsegnet of width 16 at 256 px and the demo's teacher, mcff of width 16 at 128 px; random pictures, since numbers alone
decide how long arithmetic takes.

Example: python -m benchmarks.precision --rounds 3
"""

import argparse
import statistics
import time
from collections.abc import Callable

import torch

from hairline import engine
from hairline.config import TrainParams, load_params
from hairline.data.loading.loader import Batch
from hairline.engine.optimiser import create_optimiser
from hairline.methods.teaching.supervised import SupervisedStep
from hairline.models import create_model

FORMATS = ("bf16", "fp32")
CASES = {
    "hrsegnet, 16 pictures of 256 px": (("hrsegnet", {"width": 16}), 16, 256),
    "mcff, 4 pictures of 128 px": (("mcff", {"width": 16, "blocks": 2}), 4, 128),
}


def main(rounds: int) -> None:
    settings = load_params().train
    device = engine.set_up_device(settings.model_copy(update={"device": "cpu"}), engine.World())
    taken = engine.resolve_precision(device, "auto")
    other = next(name for name in FORMATS if name != taken)
    for title, (network, count, side) in CASES.items():
        step = _stepper(network, _batch(count, side), settings)
        for name in FORMATS:  # first, uncounted ones
            step(name)
        seconds = [{name: step(name) for name in FORMATS} for _ in range(rounds)]
        ratio = statistics.median(pair[other] / pair[taken] for pair in seconds)
        shown = ", ".join(f"{name} {statistics.median(pair[name] for pair in seconds):.2f} s" for name in FORMATS)
        print(f"{title}: {shown} a step; auto takes {taken}, {ratio:.1f} times as fast as {other}")


def _batch(count: int, side: int) -> Batch:
    chance = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (count, side, side, 3), generator=chance, dtype=torch.uint8)
    masks = (torch.rand(count, side, side, generator=chance) < 0.03).to(torch.uint8)
    return Batch(images=images, masks=masks, soft={}, ids=tuple(map(str, range(count))))


def _stepper(network: tuple[str, dict[str, int]], batch: Batch, settings: TrainParams) -> Callable[[str], float]:
    name, arguments = network
    model = create_model(name, classes=2, **arguments).to(memory_format=torch.channels_last)
    step = SupervisedStep(model, settings.loss, normalisation=settings.normalisation).train()
    optimiser = create_optimiser(model.parameters(), settings, learning_rate=1e-3)

    def seconds(precision: str) -> float:
        started = time.perf_counter()
        with engine.number_format(torch.device("cpu"), precision):
            loss = step(batch)["loss"]
        loss.backward()
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        return time.perf_counter() - started

    return seconds


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    main(**vars(parser.parse_args()))
