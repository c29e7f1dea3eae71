"""A cut is tried on a copy before the network is touched."""

import copy

import torch
from torch import Tensor, nn

from hairline.cost.probe import PROBE_SIZE
from hairline.errors import InputError
from hairline.models import forward_heads
from hairline.prune.cut import Masks, cut, silence

TOLERANCE = 1e-3  # sums of fewer terms round differently, by about 1e-6; a wrong cut is off by tenths


@torch.no_grad()
def refuse_wrong_cut(model: nn.Module, masks: Masks) -> None:
    """The cut network must say what the whole one says with the same channels silent, on all heads."""
    trial = copy.deepcopy(model).eval()
    weight = next(trial.parameters())
    generator = torch.Generator().manual_seed(0)
    image = torch.randn(2, 3, PROBE_SIZE, PROBE_SIZE, generator=generator).to(weight)
    silence(trial, masks)
    expected = forward_heads(trial, image)
    cut(trial, masks)
    try:
        actual = forward_heads(trial, image)
    except (RuntimeError, ValueError, IndexError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{_advice(model)}: the cut network does not run ({reason})") from None
    for head, logits in expected.items():
        if logits.shape != actual[head].shape or not _distance(actual[head], logits) <= TOLERANCE:
            raise InputError(f"{_advice(model)}: the cut network's logits are not those of the network without them")


def _distance(actual: Tensor, expected: Tensor) -> float:
    """Relative to how much the logits vary, not to a constant that the last bias adds to all pixels."""
    varying = expected - expected.mean(dim=(0, 2, 3), keepdim=True)
    size = torch.maximum(torch.linalg.vector_norm(varying), 0.01 * torch.linalg.vector_norm(expected))
    return float(torch.linalg.vector_norm(actual - expected) / size.clamp_min(1e-12))


def _advice(model: nn.Module) -> str:
    return (
        f"{type(model).__name__} cannot be pruned like this, because its channels depend on each other in ways that "
        "are not known; keep parts of it whole with a ratio of 0 in `parts`, or prune another network"
    )
