"""A network run once to see how it is made: on a copy, so that it stays as it was, and on the device that it is on."""

import copy
from collections.abc import Callable, Iterable, Iterator

import torch
from torch import Tensor, nn
from torch.autograd.graph import Node

PROBE_SIZE = 64  # pixels; enough for what halves its image five times


def probe_of(model: nn.Module, height: int = PROBE_SIZE, width: int = PROBE_SIZE) -> tuple[nn.Module, Tensor]:
    """The copy, in eval mode and all of it with gradients, and a black image for it."""
    probe = copy.deepcopy(model).to(torch.float32).eval().requires_grad_()
    return probe, torch.zeros(1, 3, height, width, device=next(probe.parameters()).device)


def nearest_steps(outputs: Iterable[Tensor], is_sought: Callable[[Node], bool]) -> Iterator[Node]:
    """The first sought step on every way back from the outputs through what made them."""
    steps = [output.grad_fn for output in outputs]
    seen: set[Node] = set()
    while steps:
        step = steps.pop()
        if step is None or step in seen:
            continue
        seen.add(step)
        if is_sought(step):
            yield step
        else:
            steps += [before for before, _ in step.next_functions]
