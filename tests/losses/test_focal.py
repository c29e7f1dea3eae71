import math

import pytest
import torch

from hairline.losses.cross_entropy import cross_entropy
from hairline.losses.focal import focal

LOGITS = torch.tensor([[0.0, 0.0], [math.log(3), math.log(3)]]).view(1, 2, 1, 2)  # crack probability 3/4, twice
MASK = torch.tensor([1, 0]).view(1, 1, 2)


def test_by_hand():
    right, wrong = -((1 / 4) ** 2) * math.log(3 / 4), -((3 / 4) ** 2) * math.log(1 / 4)
    assert focal(LOGITS, MASK).item() == pytest.approx((right + wrong) / 2)
    assert focal(LOGITS, MASK, class_weights=[1.0, 8.0]).item() == pytest.approx((8 * right + wrong) / 2)


def test_without_its_exponent_it_is_cross_entropy():
    torch.testing.assert_close(focal(LOGITS, MASK, gamma=0.0), cross_entropy(LOGITS, MASK))


def test_a_pixel_already_right_weighs_less_than_in_cross_entropy():
    def share_of_the_easy_pixel(loss):
        logits = torch.tensor([[0.0, 0.0], [4.0, -1.0]]).view(1, 2, 1, 2).requires_grad_()
        loss(logits, torch.tensor([1, 1]).view(1, 1, 2)).backward()
        easy, hard = logits.grad[0, 1, 0].abs()
        return (easy / hard).item()

    assert share_of_the_easy_pixel(focal) < 0.01 * share_of_the_easy_pixel(cross_entropy)
