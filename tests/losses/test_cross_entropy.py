import math

import pytest
import torch

from hairline.losses.cross_entropy import cross_entropy

# Two pixels, both with crack probability 3/4: the first is crack, the second is not.
LOGITS = torch.tensor([[0.0, 0.0], [math.log(3), math.log(3)]]).view(1, 2, 1, 2)
MASK = torch.tensor([1, 0]).view(1, 1, 2)


def test_by_hand():
    assert cross_entropy(LOGITS, MASK).item() == pytest.approx((-math.log(3 / 4) - math.log(1 / 4)) / 2)


def test_class_weights_by_hand():
    weighted = cross_entropy(LOGITS, MASK, class_weights=[1.0, 3.0])
    assert weighted.item() == pytest.approx((-3 * math.log(3 / 4) - math.log(1 / 4)) / 4)


@pytest.mark.parametrize("weight", [0.25, 1.0, 5.0, 40.0])
def test_class_weights_move_the_best_guess(weight):
    """With one crack pixel in four, the best constant crack probability is w / (w + 3): weights really weigh."""
    mask = torch.tensor([1, 0, 0, 0]).view(1, 1, 4)
    best = torch.logit(torch.tensor(weight / (weight + 3))).requires_grad_()
    logits = torch.stack([torch.zeros(4), best.expand(4)]).view(1, 2, 1, 4)
    cross_entropy(logits, mask, class_weights=[1.0, weight]).backward()
    assert best.grad.item() == pytest.approx(0, abs=1e-6)


def test_only_the_ratio_of_class_weights_matters():
    torch.testing.assert_close(
        cross_entropy(LOGITS, MASK, class_weights=[0.1, 0.3]), cross_entropy(LOGITS, MASK, class_weights=[1.0, 3.0])
    )


def test_a_class_of_weight_zero_alone_costs_nothing_and_stays_finite():
    logits = LOGITS.clone().requires_grad_()
    value = cross_entropy(logits, torch.zeros_like(MASK), class_weights=[0.0, 1.0])
    value.backward()
    assert value.item() == 0
    assert not logits.grad.any()
