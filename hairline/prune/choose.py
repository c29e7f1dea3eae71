"""From scores to the channels that stay."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import torch
from torch import Tensor

from hairline.errors import InputError
from hairline.prune.groups import Group
from hairline.prune.settings import Pruning

TINY = 1e-6  # 10 * (1 - 0.9) is just below 1


def keep_count(width: int, ratio: float, *, round_to: int = 1) -> int:
    """How many of `width` channels stay; 0 says that the ratio is too much. One that is alone always stays."""
    if ratio == 0 or width == 1:
        return width
    left = width * (1 - ratio)
    if round_to == 1:
        return math.floor(left + TINY)
    return min(width, _rounded(left, round_to))


def _rounded(left: float, round_to: int) -> int:
    """The nearest multiple, a half upwards, and at least one."""
    return round_to * max(1, math.floor(left / round_to + 0.5))


def choose(
    groups: Sequence[Group], scores: Mapping[str, Tensor], first: Mapping[str, int], settings: Pruning, *, share: float
) -> dict[str, Tensor]:
    """The channels of each group that stay, at `share` of the ratio; `first` are the widths before any cut."""
    counts: dict[str, int] = {}
    for ratio, together in _scopes(groups, settings):
        count = _local_counts if settings.scope == "local" else _ranked_counts
        counts |= count(together, scores, first, ratio * share, settings)
    return {group.name: best_channels(group, scores[group.name], counts[group.name]) for group in groups}


def _scopes(groups: Sequence[Group], settings: Pruning) -> Iterator[tuple[float, list[Group]]]:
    """Groups that are ranked together, and their ratio."""

    def key(group: Group) -> tuple[float, str, str]:
        alike = str(group.structure) if settings.scope == "isomorphic" else ""
        return *_ratio_and_part(group, settings), alike

    for (ratio, _, _), members in groupby(sorted(groups, key=key), key):
        yield ratio, list(members)


def _ratio_and_part(group: Group, settings: Pruning) -> tuple[float, str]:
    """Channels that several parts make get the gentlest of their ratios."""
    found = []
    for maker in group.makers:
        part = max((name for name in settings.parts if _within(maker, name)), key=len, default="")
        found.append((settings.parts[part] if part else settings.ratio, part))
    return min(found)


def _within(layer: str, part: str) -> bool:
    return layer == part or layer.startswith(f"{part}.")


def _local_counts(
    groups: Sequence[Group], scores: Mapping[str, Tensor], first: Mapping[str, int], ratio: float, settings: Pruning
) -> dict[str, int]:
    """In units of `fold` channels, as all counts here."""
    return {
        group.name: min(
            _units(group), keep_count(first[group.name] // group.fold, ratio, round_to=_step(group, settings))
        )
        for group in groups
    }


def _ranked_counts(
    groups: Sequence[Group], scores: Mapping[str, Tensor], first: Mapping[str, int], ratio: float, settings: Pruning
) -> dict[str, int]:
    """One ranking over all, in which the best unit of each group, or its best multiple, stands above the rest."""
    values, owners = [], []
    for number, group in enumerate(groups):
        ranked = _of_units(group, scores[group.name]).sort(descending=True).values
        ranked[: _step(group, settings)] = math.inf
        values.append(ranked)
        owners.append(torch.full((len(ranked),), number))
    stay = math.floor(sum(first[group.name] // group.fold for group in groups) * (1 - ratio) + TINY)
    best = torch.cat(values).argsort(descending=True, stable=True)[:stay]
    counts = torch.cat(owners)[best].bincount(minlength=len(groups)).tolist()
    kept = {}
    for group, count in zip(groups, counts, strict=True):
        rounded = count if count == _units(group) else _rounded(count, _step(group, settings))
        kept[group.name] = min(_units(group), rounded)
    return kept


def refuse_impossible(groups: Sequence[Group], settings: Pruning) -> None:
    """Said before anything is cut: a part that is not there, and a ratio that leaves some layer without channels."""
    for part in settings.parts:
        if not any(_within(maker, part) for group in groups for maker in group.makers):
            known = sorted({maker.partition(".")[0] for group in groups for maker in group.makers})
            raise InputError(f"pruning parts: no layer of {part} can be cut; known parts begin with {', '.join(known)}")
    for ratio, together in _scopes(groups, settings):
        if settings.scope == "local":
            for group in together:
                if keep_count(_units(group), ratio, round_to=_step(group, settings)) == 0:
                    most = 1 - 1 / _units(group)
                    raise InputError(
                        f"layer {group.name}: of its {group.width} channels none would be left at a pruning ratio of "
                        f"{ratio:g}; choose at most {_floored(most)}, give it a ratio of its own in `parts`, or set "
                        "round_to to 8"
                    )
        else:
            total = sum(_units(group) for group in together)
            least = sum(min(_units(group), _step(group, settings)) for group in together)
            if total > least and math.floor(total * (1 - ratio) + TINY) < least:
                raise InputError(
                    f"layers {together[0].name} and {len(together) - 1} more: at a pruning ratio of {ratio:g} not each "
                    f"of them can keep {settings.round_to} channels; choose at most {_floored(1 - least / total)}"
                )


def _floored(ratio: float) -> str:
    return f"{math.floor(1000 * ratio + TINY) / 1000:g}"


def _units(group: Group) -> int:
    return group.width // group.fold


def _step(group: Group, settings: Pruning) -> int:
    """What a number of units is rounded to, so that the width is a multiple of `round_to`."""
    return settings.round_to // math.gcd(settings.round_to, group.fold)


def _of_units(group: Group, scores: Tensor) -> Tensor:
    return scores.view(group.fold, -1).mean(0)


def best_channels(group: Group, scores: Tensor, units: int) -> Tensor:
    """Of equal ones the first; in the order they have in the network."""
    best = _of_units(group, scores).argsort(descending=True, stable=True)[:units]
    return torch.cat([best + _units(group) * number for number in range(group.fold)]).sort().values
