import copy

import pytest
import torch
from torch import nn

from hairline.cost.counts import count_macs, count_parameters


@pytest.mark.parametrize(
    ("layer", "macs"),
    [
        (nn.Conv2d(3, 8, 3, padding=1), 3 * 8 * 9 * 10 * 12),
        (nn.Conv2d(3, 8, 3, padding=1, stride=2), 3 * 8 * 9 * 5 * 6),
        (nn.Conv2d(3, 8, 3, padding=2, dilation=2), 3 * 8 * 9 * 10 * 12),
        (nn.Conv2d(3, 6, (7, 3), padding=(3, 1), groups=3), 6 * 21 * 10 * 12),
        (nn.ConvTranspose2d(3, 5, 3, stride=2), 3 * 5 * 9 * 10 * 12),
        (nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 7)), 3 * 7),
        (nn.Sequential(nn.BatchNorm2d(3), nn.ReLU()), 0),
    ],
)
def test_multiply_adds_by_hand(layer, macs):
    assert count_macs(layer, 10, 12) == macs


class WithSpare(nn.Module):
    """One layer that forward uses, one that only training would."""

    def __init__(self):
        super().__init__()
        self.used = nn.Sequential(nn.Conv2d(3, 2, 1), nn.BatchNorm2d(2), nn.Dropout(0.5))
        self.spare = nn.Conv2d(3, 2, 1)

    def forward(self, image):
        return self.used(image)


def test_parameters_that_the_main_head_does_not_need_are_left_out():
    assert count_parameters(WithSpare()) == 8 + 4 + 8
    assert count_parameters(WithSpare(), inference=True) == 8 + 4


def test_frozen_parameters_count_too():
    assert count_parameters(WithSpare().requires_grad_(False), inference=True) == 12


@pytest.mark.parametrize("look", [lambda m: count_macs(m, 8, 8), lambda m: count_parameters(m, inference=True)])
def test_looking_changes_nothing(look):
    model = WithSpare().to(torch.bfloat16).train()
    before = copy.deepcopy(model.state_dict())
    look(model)
    assert model.training
    assert model.used[1].training
    for name, value in model.state_dict().items():
        assert value.device == before[name].device
        assert value.dtype == before[name].dtype
        assert torch.equal(value, before[name])
    assert all(parameter.grad is None for parameter in model.parameters())
