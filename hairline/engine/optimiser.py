"""Optimisers by name, and the learning rate's course over the steps of a training."""

import math
from collections.abc import Iterable

import torch
from torch import nn

from hairline.config import TrainParams


def create_optimiser(
    parameters: Iterable[nn.Parameter], settings: TrainParams, *, learning_rate: float
) -> torch.optim.Optimizer:
    trained = [parameter for parameter in parameters if parameter.requires_grad]
    if settings.optimiser == "adamw":
        # fused: all tensors in one pass, a quarter of the time of one after the other
        return torch.optim.AdamW(trained, lr=learning_rate, weight_decay=settings.weight_decay, fused=True)
    if settings.optimiser == "sgd":
        return torch.optim.SGD(
            trained, lr=learning_rate, weight_decay=settings.weight_decay, momentum=settings.momentum
        )
    # The constants of Keras' RMSprop, with which the MCFF-L paper trained; torch's own are 0.99 and 1e-8.
    return torch.optim.RMSprop(trained, lr=learning_rate, weight_decay=settings.weight_decay, alpha=0.9, eps=1e-7)


class Schedule:
    """The learning rate as a factor of its peak: a linear warm-up, then the named shape.

    `plateau` knows no end: it halves after `plateau_patience` validations without gain.
    """

    def __init__(self, settings: TrainParams, *, steps: int, span: tuple[float, float] = (0.0, 1.0)) -> None:
        """`span`: which part of the whole course these steps are, as shares of it."""
        begin, end = span
        self.kind = settings.schedule
        self.steps = round(steps / (end - begin))
        """Of the whole course."""
        self.first = round(begin * self.steps)
        self.warmup = math.ceil(settings.warmup * self.steps)
        self.power = settings.poly_power
        self.patience = settings.plateau_patience
        self.plateau_factor, self._best, self._waited = 1.0, -math.inf, 0

    def factor(self, step: int) -> float:
        """For step 0, 1, ... of this part."""
        step += self.first
        if step < self.warmup:
            rising = (step + 1) / (self.warmup + 1)
            # One-cycle rises along a cosine from 1/25 of the peak, as its inventor proposed.
            return 0.04 + 0.96 * (1 - math.cos(math.pi * rising)) / 2 if self.kind == "one_cycle" else rising
        left = max(0.0, 1 - (step - self.warmup) / max(1, self.steps - self.warmup))
        if self.kind == "poly":
            return left**self.power
        if self.kind in ("cosine", "one_cycle"):
            return (1 - math.cos(math.pi * left)) / 2
        return self.plateau_factor

    def validated(self, gain: float) -> None:
        """Tell `plateau` the newest validation figure, the higher the better."""
        if self.kind != "plateau":
            return
        self._waited = 0 if gain > self._best + 1e-4 else self._waited + 1
        self._best = max(self._best, gain)
        if self._waited >= self.patience:
            self.plateau_factor, self._waited = max(self.plateau_factor / 2, 1e-4), 0

    def state(self) -> dict[str, float]:
        return {"factor": self.plateau_factor, "best": self._best, "waited": self._waited}

    def restore(self, state: dict[str, float]) -> None:
        self.plateau_factor, self._best, self._waited = state["factor"], state["best"], int(state["waited"])
