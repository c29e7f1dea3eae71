"""Gradients of the real loss over calibration batches, for criteria that ask what the loss would say."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from hairline.errors import InputError

Losses = Callable[[nn.Module], Iterable[Tensor]]
"""Given the network, the loss of each calibration batch, one after the other; `backward` is called on each here."""


def mean_gradients(model: nn.Module, losses: Losses) -> dict[str, Tensor]:
    """By the parameter's name, for those that the loss depends on.

    In eval mode, so that running statistics stay and a seed repeats; frozen weights take part. Nothing is left behind
    but that all `grad` are None.
    """
    with _listening(model), torch.enable_grad():
        batches = 0
        for loss in losses(model):
            _refuse_loss(loss, batches)
            loss.backward()
            batches += 1
        if not batches:
            raise InputError("pruning criterion with gradients: no calibration batch came; give it at least one")
        gradients = {
            name: parameter.grad / batches for name, parameter in model.named_parameters() if parameter.grad is not None
        }
    for name, gradient in gradients.items():
        if not gradient.isfinite().all():
            raise InputError(
                f"parameter {name}: its gradient is not a finite number, so channels cannot be ranked; look for odd "
                "pictures among the calibration batches, or compute in fp32"
            )
    if not any(gradient.any() for gradient in gradients.values()):
        raise InputError(
            "the loss of the calibration batches does not depend on any weight, so channels cannot be ranked; "
            "check that the batches have masks, and that the loss is computed from the network that is passed in"
        )
    return gradients


def _refuse_loss(loss: Tensor, batch: int) -> None:
    if not loss.requires_grad:
        raise InputError(
            f"calibration batch {batch + 1}: its loss has no gradient; compute it without no_grad, "
            "from the network that is passed in"
        )
    if not loss.isfinite():
        raise InputError(f"calibration batch {batch + 1}: its loss is {loss.item()}; look at its pictures and masks")


@contextmanager
def _listening(model: nn.Module) -> Iterator[None]:
    modes = {layer: layer.training for layer in model.modules()}
    wanted = {parameter: parameter.requires_grad for parameter in model.parameters()}
    model.zero_grad(set_to_none=True)
    model.eval().requires_grad_()
    try:
        yield
    finally:
        model.zero_grad(set_to_none=True)
        for layer, training in modes.items():
            layer.training = training
        for parameter, requires_grad in wanted.items():
            parameter.requires_grad_(requires_grad)
