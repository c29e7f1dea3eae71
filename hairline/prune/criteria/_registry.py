"""The list of criteria: a decorated function adds one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from hairline.errors import InputError, did_you_mean
from hairline.prune.groups import Group


@dataclass(frozen=True)
class Evidence:
    """What a criterion may look at."""

    layers: Mapping[str, nn.Module]
    gradients: Mapping[str, Tensor] = field(default_factory=dict)
    """Of the loss, by the parameter's name; empty for a criterion that needs none."""
    generator: torch.Generator = field(default_factory=torch.Generator)


Scores = Callable[[Group, Evidence], Tensor]
"""The group's channels -> [width]: more is more important; over a group of weights the mean is 1."""


@dataclass(frozen=True)
class Criterion:
    name: str
    scores: Scores
    needs_gradients: bool


_CRITERIA: dict[str, Criterion] = {}


def register_criterion(*, needs_gradients: bool = False) -> Callable[[Scores], Scores]:
    def register(scores: Scores) -> Scores:
        name = scores.__name__
        if name in _CRITERIA:
            raise ValueError(f"two criteria are called {name}")
        _CRITERIA[name] = Criterion(name, scores, needs_gradients)
        return scores

    return register


def list_criteria() -> list[str]:
    return sorted(_CRITERIA)


def criterion_named(name: str) -> Criterion:
    if name not in _CRITERIA:
        hint = did_you_mean(name, _CRITERIA)
        raise InputError(f"there is no pruning criterion {name}; {hint}known: {', '.join(list_criteria())}")
    return _CRITERIA[name]
