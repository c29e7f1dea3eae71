"""Seconds and memory to trace, rank and cut a network once, in this process alone, on one thread.

Example: python -m benchmarks.prune --criterion taylor
"""

import resource
import time
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from hairline.commands import script_parser
from hairline.cost.counts import count_parameters
from hairline.models import create_model
from hairline.prune import Pruning, list_criteria, pruning_steps

CLASSES, SIDE, BATCHES = 8, 256, 2  # of noise, which takes as long as pictures do
SECONDS, GIB = 20.0, 3.0  # the goal, without the time that the losses take


def losses(model: nn.Module, spent: list[float]) -> Iterator[Tensor]:
    """How long forward and backward take is told apart: that is the network's speed, not pruning's."""
    generator = torch.Generator().manual_seed(0)
    for _ in range(BATCHES):
        start = time.process_time()
        image = torch.randn(2, 3, SIDE, SIDE, generator=generator)
        mask = torch.randint(0, CLASSES, (2, SIDE, SIDE), generator=generator)
        yield nn.functional.cross_entropy(model(image), mask)
        spent.append(time.process_time() - start)


def peak_gib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # Linux counts in KiB


def main(network: str, criterion: str, ratio: float, scope: str) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = create_model(network, classes=CLASSES).eval()
    before, resident = count_parameters(model), peak_gib()
    spent: list[float] = []
    start = time.process_time()  # CPU time, so that a busy neighbour does not count
    settings = Pruning(criterion=criterion, ratio=ratio, scope=scope)
    (step,) = pruning_steps(model, settings, losses=lambda trained: losses(trained, spent))
    seconds = time.process_time() - start - sum(spent)
    print(f"{network}, {criterion}, {scope}, ratio {ratio:g}: {before:,} to {step.parameters:,} parameters")
    verdict = "within" if seconds <= SECONDS else "OVER"
    print(f"trace, rank, try and cut: {seconds:.1f} s of CPU time, {verdict} the goal of {SECONDS:.0f} s")
    if spent:
        print(f"losses and their gradients, {BATCHES} batches of 2 x {SIDE} x {SIDE}: {sum(spent):.1f} s")
    verdict = "within" if peak_gib() <= GIB else "OVER"
    print(f"peak memory: {peak_gib():.2f} GiB ({resident:.2f} before), {verdict} the goal of {GIB:.0f} GiB")


if __name__ == "__main__":
    parser = script_parser(__doc__)
    parser.add_argument("--network", default="deeplabv3_resnet101")
    parser.add_argument("--criterion", choices=list_criteria(), default="l1")
    parser.add_argument("--ratio", type=float, default=0.5)
    parser.add_argument("--scope", default="local")
    main(**vars(parser.parse_args()))
