import math

import pytest
import torch

from hairline.errors import InputError
from hairline.losses import soft_loss, tempered_label

KINDS = ("kl", "cross_entropy", "mse", "legacy_mse")
every_kind = pytest.mark.parametrize("kind", KINDS)
VALID = torch.ones(1, 1, 1, dtype=torch.bool)


def pixel(*values):
    return torch.tensor(values).view(1, len(values), 1, 1)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("cross_entropy", -(0.9 * math.log(0.25) + 0.1 * math.log(0.75))),
        ("kl", 0.9 * math.log(0.9 / 0.25) + 0.1 * math.log(0.1 / 0.75)),
        ("mse", 0.65**2),
        ("legacy_mse", 40_001 * 0.65**2),
    ],
)
def test_by_hand(kind, expected):
    """The teacher says crack with 0.1; the student, at T = 10, with 0.75."""
    cost = soft_loss(kind)(pixel(0.0, 10 * math.log(3)), pixel(0.9, 0.1), temperature=10.0, valid=VALID)
    assert cost.item() == pytest.approx(expected, rel=1e-5)


@every_kind
@pytest.mark.parametrize("classes", [2, 4])
def test_the_least_cost_is_agreement_at_the_same_temperature(kind, classes):
    generator = torch.Generator().manual_seed(0)
    teacher = 3 * torch.randn(2, classes, 3, 4, generator=generator)
    probability, valid = (teacher / 5).softmax(1), torch.ones(2, 3, 4, dtype=torch.bool)

    def cost(student, temperature):
        return soft_loss(kind)(student, probability, temperature=temperature, valid=valid)

    agreed = teacher.clone().requires_grad_()
    least = cost(agreed, 5.0)
    least.backward()
    torch.testing.assert_close(agreed.grad, torch.zeros_like(teacher), rtol=0, atol=1e-3 if "legacy" in kind else 1e-7)
    assert cost(teacher, 1.0) > least
    assert cost(teacher + torch.randn(teacher.shape, generator=generator), 5.0) > least
    if kind != "cross_entropy":  # which keeps the teacher's own entropy
        assert least.item() == pytest.approx(0, abs=1e-5)


def test_kl_and_cross_entropy_pull_alike():
    generator = torch.Generator().manual_seed(0)
    probability = torch.randn(1, 3, 4, 5, generator=generator).softmax(1)
    gradients = []
    for kind in ("kl", "cross_entropy"):
        logits = torch.randn(1, 3, 4, 5, generator=torch.Generator().manual_seed(1)).requires_grad_()
        soft_loss(kind)(logits, probability, temperature=4.0, valid=torch.ones(1, 4, 5, dtype=torch.bool)).backward()
        gradients.append(logits.grad)
    torch.testing.assert_close(*gradients)


@every_kind
def test_stored_labels_of_exactly_zero_and_half_precision_are_fine(kind):
    logits = pixel(0.3, -0.2).requires_grad_()
    cost = soft_loss(kind)(logits, pixel(1.0, 0.0).half(), temperature=10.0, valid=VALID)
    cost.backward()
    assert cost.dtype == torch.float32
    assert cost.isfinite()
    assert logits.grad.isfinite().all()


@every_kind
def test_pixels_that_are_not_valid_have_no_say(kind):
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(1, 2, 2, 3, generator=generator)
    probability = torch.randn(1, 2, 2, 3, generator=generator).softmax(1)
    valid = torch.tensor([[[True, True, True], [False, False, False]]])
    half = soft_loss(kind)(logits, probability, temperature=2.0, valid=valid)
    alone = soft_loss(kind)(logits[:, :, :1], probability[:, :, :1], temperature=2.0, valid=valid[:, :1])
    torch.testing.assert_close(half, alone)


def test_a_label_at_t0_of_ten_is_nearly_undecided():
    label = tempered_label(torch.tensor([[[0, 1]]]), 2, 10.0)
    torch.testing.assert_close(label[0, :, 0, 1], torch.tensor([0.47502, 0.52498]), rtol=0, atol=5e-6)
    torch.testing.assert_close(label[0, :, 0, 0], torch.tensor([0.52498, 0.47502]), rtol=0, atol=5e-6)


def test_a_label_at_t0_of_zero_stays_one_hot():
    label = tempered_label(torch.tensor([[[0, 2, 255]]], dtype=torch.uint8), 3, 0)
    assert label.dtype == torch.float32
    assert label[0, :, 0, :2].T.tolist() == [[1, 0, 0], [0, 0, 1]]


def test_a_tempered_label_costs_least_at_the_student_it_describes():
    """Hyperthermal: at T0 = T2 the best logits differ by 1, however sure the hand-drawn label was."""
    mask = torch.tensor([[[1]]])
    logits = pixel(0.0, 1.0).requires_grad_()
    soft_loss("kl")(logits, tempered_label(mask, 2, 10.0), temperature=10.0, valid=VALID).backward()
    torch.testing.assert_close(logits.grad, torch.zeros_like(logits), rtol=0, atol=1e-7)


def test_an_unknown_kind_is_answered_with_the_known_ones():
    with pytest.raises(InputError, match="no soft loss l1; known: kl, cross_entropy, mse, legacy_mse"):
        soft_loss("l1")
