"""The schedule: rank, cut, hand over to the caller for fine-tuning, and again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from hairline.cost.counts import count_parameters
from hairline.errors import InputError
from hairline.prune.check import refuse_wrong_cut
from hairline.prune.choose import choose, refuse_impossible
from hairline.prune.criteria import Criterion, Evidence, criterion_named
from hairline.prune.cut import cut, masks_of, narrowed
from hairline.prune.gradients import Losses, mean_gradients
from hairline.prune.groups import Group, find_groups
from hairline.prune.settings import Pruning


@dataclass(frozen=True)
class PruningStep:
    number: int
    """From 1 to the number of steps."""
    share: float
    """Of the ratio, reached by now."""
    parameters: int
    widths: Mapping[str, tuple[int, int]]
    """Group -> its width before the first step, and now."""


def pruning_steps(model: nn.Module, settings: Pruning, *, losses: Losses | None = None) -> Iterator[PruningStep]:
    """Cuts `model` in place, once a step; between two steps it is the caller's to fine-tune.

    `losses` is asked again in every step, so gradients are those of the network as it has become.
    """
    criterion = criterion_named(settings.criterion)
    if criterion.needs_gradients and losses is None:
        raise InputError(f"pruning criterion {criterion.name} needs the losses of calibration batches; none were given")
    groups = find_groups(model).groups
    refuse_impossible(groups, settings)
    return _steps(model, groups, settings, criterion, losses)


def _steps(
    model: nn.Module, groups: Sequence[Group], settings: Pruning, criterion: Criterion, losses: Losses | None
) -> Iterator[PruningStep]:
    first = {group.name: group.width for group in groups}
    generator = torch.Generator().manual_seed(settings.seed)
    for number in range(1, settings.steps + 1):
        share = number / settings.steps
        scores = score_groups(model, groups, criterion, losses=losses, generator=generator)
        kept = choose(groups, scores, first, settings, share=share)
        masks = masks_of(model, groups, kept)
        refuse_wrong_cut(model, masks)
        cut(model, masks)
        widths = {name: (width, len(kept[name])) for name, width in first.items()}
        yield PruningStep(number, share, count_parameters(model), widths)
        groups = [narrowed(group, kept[group.name], masks) for group in groups]


def score_groups(
    model: nn.Module,
    groups: Sequence[Group],
    criterion: Criterion,
    *,
    losses: Losses | None,
    generator: torch.Generator,
) -> dict[str, Tensor]:
    gradients = mean_gradients(model, losses) if criterion.needs_gradients and losses is not None else {}
    evidence = Evidence(dict(model.named_modules()), gradients, generator)
    return {group.name: criterion.scores(group, evidence) for group in groups}
