"""How much faster a pruned network answers: pairs of networks timed in turns, in OpenVINO and in torch, both in f32.

half      dense against half of the channels: DeepLabV3-ResNet50, and a U-Net on a ResNet18
rounded   widths as they come against multiples of 16, both cut until they cost the same multiply-adds

What rounding can win is bounded: vector units take channels in blocks, at most 16 of them, so 19 channels cost what 32
do. The multiply-adds with widths filled up to blocks are counted for both, and their ratio printed: where it is below
the goal, wide layers leave no more to win, and the case is timed without a goal.

All four of a case take turns, picture by picture, and a ratio is of neighbours, so that a machine that slows down slows
all. Weights are random: time does not depend on them. A line a case and engine: the median of the ratios of CPU time,
which a busy neighbour hardly changes, and between which the middle half of them lies; beside it the ratio by the clock.

Example: python -m benchmarks.prune_speed --runs 15
"""

import argparse
import copy
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from math import inf
from statistics import median, quantiles
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd

from hairline.cost.counts import count_macs
from hairline.cost.latency import Runner, engine_named
from hairline.models import create_model
from hairline.prune import Pruning, pruning_steps

CLASSES, WARMUP = 8, 3
BLOCK = 16  # f32 numbers in the widest vector of today's processors
THOUSANDTHS = 1000
ENGINES = ("openvino", "torch")
"""The goals are those of the first."""


@dataclass(frozen=True)
class Case:
    network: str
    arguments: Mapping[str, Any]
    pruning: Pruning
    goal: float
    """Times faster."""


def cut(ratio: float, *, round_to: int = 1) -> Pruning:
    return Pruning(criterion="l1", ratio=ratio, round_to=round_to)


HALF = (
    Case("deeplabv3_resnet50", {}, cut(0.5), 3.5),
    Case("smp_unet", {"encoder": "resnet18"}, cut(0.5), 2.5),
)
ROUNDED = (
    Case("smp_unet", {"encoder": "resnet18"}, cut(0.47, round_to=16), 1.2),
    Case("hrsegnet", {"width": 32}, cut(0.45, round_to=16), 1.2),
    Case("deeplabv3_resnet50", {}, cut(0.8, round_to=16), 1.2),
    Case("deeplabv3_resnet50", {}, cut(0.7, round_to=16), 1.2),
    Case("deeplabv3_resnet50", {}, cut(0.55, round_to=16), 1.2),
)


def main(size: int, runs: int, threads: int) -> None:
    torch.set_num_threads(threads)
    print(f"a picture of {size} px, {threads} threads, {runs} rounds")
    for case in HALF:
        dense = _created(case)
        _compare(case, "dense", [dense, _pruned(dense, case.pruning)], size, runs, threads)
    for case in ROUNDED:
        dense = _created(case)
        rounded = _pruned(dense, case.pruning)
        ratio = _as_costly(dense, count_macs(rounded, size, size), size)
        pair = [_pruned(dense, cut(ratio)), rounded]
        filled, least = (_macs_in_blocks(model, size) for model in pair)
        print(f"in blocks of {BLOCK} channels, rounding saves a factor of {filled / least:.2f}")
        _compare(case, f"ratio {ratio:g}", pair, size, runs, threads, can_win=filled / least)


def _created(case: Case) -> nn.Module:
    torch.manual_seed(0)
    return create_model(case.network, classes=CLASSES, **case.arguments).eval()


def _as_costly(dense: nn.Module, macs: int, size: int) -> float:
    """The ratio whose widths, not rounded, cost the multiply-adds that are nearest to `macs`."""

    def above(thousandths: int) -> int:
        return count_macs(_pruned(dense, cut(thousandths / THOUSANDTHS)), size, size) - macs

    low, high = 0, THOUSANDTHS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if above(middle) > 0 else (low, middle)
    return min(low, high, key=lambda thousandths: abs(above(thousandths))) / THOUSANDTHS


@torch.no_grad()
def _macs_in_blocks(model: nn.Module, size: int) -> int:
    """Multiply-adds of the convolutions as if each of their widths were filled up to whole blocks."""
    total = 0

    def add(layer: _ConvNd, taken: tuple[Tensor], made: Tensor) -> None:
        nonlocal total
        into, out = (-(-width // BLOCK) * BLOCK for width in (layer.in_channels, layer.out_channels))
        taps = layer.weight[0, 0].numel()
        places = (taken[0] if layer.transposed else made)[0, 0].numel()
        total += into * out * taps * places // layer.groups

    hooks = [layer.register_forward_hook(add) for layer in model.modules() if isinstance(layer, _ConvNd)]
    model(torch.zeros(1, 3, size, size))
    for hook in hooks:
        hook.remove()
    return total


def _compare(
    case: Case, slow_is: str, pair: list[nn.Module], size: int, runs: int, threads: int, *, can_win: float = inf
) -> None:
    macs = [count_macs(model, size, size) / 1e9 for model in pair]
    image = torch.randn(1, 3, size, size, generator=torch.Generator().manual_seed(1))
    print(f"{case.network}: {slow_is}, {macs[0]:.3f} GMAC, against {_told(case.pruning)}, {macs[1]:.3f} GMAC")
    with ExitStack() as opened:
        runners: dict[str, list[Runner]] = {
            name: [
                opened.enter_context(engine_named(name).open(copy.deepcopy(model), image, threads)) for model in pair
            ]
            for name in ENGINES
        }
        times = _in_turns(runners, runs)
    for name, (slow, fast) in times.items():
        cpu, clock = ([a[kind] / b[kind] for a, b in zip(slow, fast, strict=True)] for kind in (0, 1))
        low, ratio, high = quantiles(cpu, n=4)
        has_goal = name == ENGINES[0] and can_win >= case.goal
        goal = f", goal {case.goal}: {'met' if ratio >= case.goal else 'MISSED'}" if has_goal else ""
        taken = " against ".join(f"{1000 * median(seconds for seconds, _ in each):.1f}" for each in (slow, fast))
        print(
            f"  {engine_named(name).title:12s} {ratio:.2f} times faster [{low:.2f}, {high:.2f}], {taken} ms of CPU; "
            f"{median(clock):.2f} by the clock{goal}"
        )


def _pruned(dense: nn.Module, settings: Pruning) -> nn.Module:
    model = copy.deepcopy(dense)
    for _ in pruning_steps(model, settings):
        pass
    return model


def _told(settings: Pruning) -> str:
    return f"ratio {settings.ratio:g}" + (f", widths rounded to {settings.round_to}" if settings.round_to > 1 else "")


def _in_turns(runners: Mapping[str, list[Runner]], runs: int) -> dict[str, list[list[tuple[float, float]]]]:
    """Engine -> the seconds of the first and of the second network, of CPU time and by the clock, a round a place."""
    times: dict[str, list[list[tuple[float, float]]]] = {name: [[], []] for name in runners}
    for number in range(WARMUP + runs):
        for name, pair in runners.items():
            for place, run in enumerate(pair):
                cpu, clock = time.process_time(), time.perf_counter()
                run()
                if number >= WARMUP:
                    times[name][place].append((time.process_time() - cpu, time.perf_counter() - clock))
    return times


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=256, help="side of the square picture, pixels")
    parser.add_argument("--runs", type=int, default=15, help="rounds that count")
    parser.add_argument("--threads", type=int, default=1)
    main(**vars(parser.parse_args()))
