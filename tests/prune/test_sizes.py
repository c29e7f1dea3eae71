"""The published network's exact sizes: what is coupled is found rightly, and each width is rounded as it should be."""

import copy

import pytest
import torch

from hairline import models
from hairline.cost.counts import count_macs, count_parameters
from hairline.prune import Pruning, find_groups, pruning_steps
from hairline.prune.choose import choose
from hairline.prune.cut import cut, masks_of

# Local, one shot, 8 classes, the last convolution kept: ratio, parameters, 10^9 multiply-adds at 512 x 512.
SIZES = [
    (0.0, 58_627_656, 241.1),
    (0.1, 47_375_122, 194.8),
    (0.2, 37_369_380, 153.7),
    (0.25, 33_000_632, 135.8),
    (0.3, 28_689_137, 118.0),
    (0.4, 21_034_310, 86.5),
    (0.5, 14_687_016, 60.4),
    (0.6, 9_354_098, 38.5),
    (0.7, 5_237_444, 21.6),
    (0.75, 3_686_808, 15.2),
    (0.8, 2_346_065, 9.7),
    (0.9, 580_326, 2.4),
]


@pytest.fixture(scope="module")
def without_numbers():
    with torch.device("meta"):
        return models.create_model("deeplabv3_resnet101", classes=8)


@pytest.fixture(scope="module")
def groups(without_numbers):
    return find_groups(without_numbers).groups


@pytest.mark.parametrize(("ratio", "parameters", "gigamacs"), SIZES)
def test_deeplab_has_the_size_of_the_table(without_numbers, groups, ratio, parameters, gigamacs):
    model = copy.deepcopy(without_numbers)
    same = {group.name: torch.ones(group.width) for group in groups}  # sizes do not depend on the criterion
    first = {group.name: group.width for group in groups}
    kept = choose(groups, same, first, Pruning(criterion="l1", ratio=ratio), share=1)
    cut(model, masks_of(model, groups, kept))
    assert count_parameters(model) == parameters
    assert count_macs(model, 512, 512) / 1e9 == pytest.approx(gigamacs, abs=0.06)


def test_deeplab_with_numbers_cut_to_half():
    torch.manual_seed(0)
    model = models.create_model("deeplabv3_resnet101", classes=8).eval()
    (step,) = pruning_steps(model, Pruning(criterion="l1", ratio=0.5))
    assert step.parameters == 14_687_016
    assert model.backbone.conv1.out_channels == 32
    assert model.classifier[0].project[0].in_channels == 640
    assert {branch[-3].out_channels for branch in model.classifier[0].convs} == {128}
    with torch.no_grad():
        assert model(torch.randn(1, 3, 45, 70)).shape == (1, 8, 45, 70)
