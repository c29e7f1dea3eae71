"""Which layers can spare channels: each group is cut alone, on a copy, and the copy is scored."""

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from hairline.errors import InputError
from hairline.progress import Progress
from hairline.prune.check import refuse_wrong_cut
from hairline.prune.choose import best_channels, keep_count
from hairline.prune.criteria import Criterion, criterion_named
from hairline.prune.cut import cut, masks_of
from hairline.prune.gradients import Losses
from hairline.prune.groups import Group, find_groups
from hairline.prune.settings import refuse_ratio
from hairline.prune.steps import score_groups


@dataclass(frozen=True)
class Sensitivity:
    group: str
    """The first layer that makes these channels."""
    width: int
    ratio: float
    kept: int
    """At least one channel, whatever the ratio says."""
    score: float


def scan(
    model: nn.Module,
    score: Callable[[nn.Module], float],
    ratios: Sequence[float],
    *,
    criterion: str,
    losses: Losses | None = None,
    seed: int = 0,
    shown: bool = True,
) -> Iterator[Sensitivity]:
    """A row a group and ratio, as it is done; `score` gets a cut copy in eval mode, the network stays as it is."""
    chosen = criterion_named(criterion)
    if chosen.needs_gradients and losses is None:
        raise InputError(f"pruning criterion {criterion} needs the losses of calibration batches; none were given")
    for ratio in ratios:
        refuse_ratio("ratio", ratio)
    return _rows(model, score, ratios, chosen, losses, seed, shown)


def _rows(
    model: nn.Module,
    score: Callable[[nn.Module], float],
    ratios: Sequence[float],
    criterion: Criterion,
    losses: Losses | None,
    seed: int,
    shown: bool,
) -> Iterator[Sensitivity]:
    groups = [group for group in find_groups(model).groups if group.width > group.fold]
    generator = torch.Generator().manual_seed(seed)
    scores = score_groups(model, groups, criterion, losses=losses, generator=generator)
    with Progress("scanning", len(groups) * len(ratios), unit="cut", shown=shown) as progress:
        for group in groups:
            for ratio in ratios:
                yield _row(model, score, group, scores[group.name], ratio)
                progress.step(note=group.name)


def _row(
    model: nn.Module, score: Callable[[nn.Module], float], group: Group, scores: Tensor, ratio: float
) -> Sensitivity:
    units = max(1, keep_count(group.width // group.fold, ratio))
    kept = best_channels(group, scores, units)
    masks = masks_of(model, [group], {group.name: kept})
    refuse_wrong_cut(model, masks)
    trial = copy.deepcopy(model).eval()
    cut(trial, masks)
    return Sensitivity(group.name, group.width, ratio, len(kept), float(score(trial)))
