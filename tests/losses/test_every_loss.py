"""What every loss promises, the soft ones too: against a one-hot label they are losses like any other."""

import pytest
import torch

from hairline.losses import soft_loss, tempered_label
from hairline.losses.cross_entropy import cross_entropy
from hairline.losses.dice import dice
from hairline.losses.focal import focal
from hairline.losses.legacy_mse import legacy_mse
from hairline.losses.two_classes import cross_entropy_and_dice


def against_one_hot(kind):
    def loss(logits, mask):
        label = tempered_label(mask, logits.shape[1], 0)
        return soft_loss(kind)(logits, label, temperature=1.0, valid=mask != 255)

    return loss


LOSSES = {
    "legacy_mse": legacy_mse,
    "cross_entropy": cross_entropy,
    "weighted cross_entropy": lambda logits, mask: cross_entropy(
        logits, mask, class_weights=[1.0, 4.0, 2.0][: logits.shape[1]]
    ),
    "focal": focal,
    "weighted focal": lambda logits, mask: focal(logits, mask, class_weights=[1.0, 4.0, 2.0][: logits.shape[1]]),
    "dice": dice,
    **{f"soft {kind}": against_one_hot(kind) for kind in ("kl", "cross_entropy", "mse", "legacy_mse")},
}
FOR_TWO_CLASSES = {
    "cross_entropy and dice": lambda logits, mask: cross_entropy_and_dice(
        logits, mask, cross_entropy=0.7, dice=1.5, class_weights=[1.0, 4.0]
    )
}
CASES = [(name, loss, classes) for classes in (2, 3) for name, loss in LOSSES.items()]
CASES += [(name, loss, 2) for name, loss in FOR_TWO_CLASSES.items()]
every_loss = pytest.mark.parametrize(
    ("loss", "classes"), [case[1:] for case in CASES], ids=[f"{name}-{classes}" for name, _, classes in CASES]
)


def sample(classes):
    """Logits without an opinion yet, and a mask that holds every class and some ignored pixels."""
    generator = torch.Generator().manual_seed(classes)
    mask = torch.randint(0, classes, (2, 6, 7), dtype=torch.uint8, generator=generator)
    mask[0, 0] = 255
    return torch.randn(2, classes, 6, 7, generator=generator), mask


def truth_as_logits(mask, classes):
    return torch.nn.functional.one_hot(mask.long() * (mask != 255), classes).permute(0, 3, 1, 2).float()


@every_loss
def test_a_better_guess_costs_less(loss, classes):
    logits, mask = sample(classes)
    costs = [loss(logits + sure * truth_as_logits(mask, classes), mask).item() for sure in (-2, 0, 2, 4, 8)]
    assert costs == sorted(costs, reverse=True)
    assert len(set(costs)) == len(costs)


@every_loss
def test_being_right_and_sure_costs_nearly_nothing(loss, classes):
    _, mask = sample(classes)
    assert loss(40 * truth_as_logits(mask, classes), mask) == pytest.approx(0, abs=1e-3)


@every_loss
def test_a_mask_without_cracks_gives_a_finite_loss_and_gradient(loss, classes):
    logits, mask = sample(classes)
    logits.requires_grad_()
    value = loss(logits, torch.zeros_like(mask))
    value.backward()
    assert value.isfinite()
    assert value > 0
    assert logits.grad.isfinite().all()
    assert (logits.grad[:, 0] <= 0).all()  # down the slope is towards background
    assert logits.grad[:, 0].min() < 0


@every_loss
def test_a_mask_of_ignored_pixels_gives_zero_and_no_gradient(loss, classes):
    logits, mask = sample(classes)
    logits.requires_grad_()
    value = loss(logits, torch.full_like(mask, 255))
    value.backward()
    assert value.item() == 0
    assert logits.grad is not None
    assert not logits.grad.any()


@every_loss
def test_ignored_pixels_have_no_say(loss, classes):
    logits, mask = sample(classes)
    elsewhere = logits.clone()
    elsewhere[0, :, 0] = 5 * torch.randn(classes, 7, generator=torch.Generator().manual_seed(9))
    assert loss(elsewhere, mask) == loss(logits, mask)
    logits.requires_grad_()
    loss(logits, mask).backward()
    assert not logits.grad[0, :, 0].any()
    assert logits.grad[0, :, 1].all()


@every_loss
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_logits_are_computed_in_full(loss, classes, dtype):
    logits, mask = sample(classes)
    logits = logits.to(dtype).requires_grad_()
    value = loss(logits, mask)
    value.backward()
    assert value.dtype == torch.float32
    assert logits.grad.dtype == dtype
    torch.testing.assert_close(value, loss(logits.detach().float(), mask))


@every_loss
def test_mask_dtype_and_memory_layout_change_nothing(loss, classes):
    logits, mask = sample(classes)
    expected = loss(logits, mask)
    torch.testing.assert_close(loss(logits.contiguous(memory_format=torch.channels_last), mask.long()), expected)


@every_loss
def test_logits_beyond_reason_stay_finite(loss, classes):
    logits, mask = sample(classes)
    logits = (1e4 * logits).requires_grad_()
    value = loss(logits, mask)
    value.backward()
    assert value.isfinite()
    assert logits.grad.isfinite().all()
