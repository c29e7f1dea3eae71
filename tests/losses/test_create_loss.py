import pytest
import torch

from hairline.config import LossParams
from hairline.errors import InputError
from hairline.losses import create_loss
from hairline.losses.cross_entropy import cross_entropy
from hairline.losses.dice import dice
from hairline.losses.focal import focal
from hairline.losses.legacy_mse import legacy_mse


def params(**given):
    nothing = {"legacy_mse": 0, "cross_entropy": 0, "focal": 0, "dice": 0, "class_weights": []}
    return LossParams(**{**nothing, **given})


@pytest.fixture
def logits():
    return torch.randn(2, 2, 5, 6, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def mask():
    return torch.randint(0, 2, (2, 5, 6), generator=torch.Generator().manual_seed(1))


def test_it_is_the_weighted_sum_of_its_parts(logits, mask):
    loss = create_loss(params(legacy_mse=0.001, cross_entropy=2, focal=0.5, dice=3, class_weights=[1, 4]))
    expected = (
        0.001 * legacy_mse(logits, mask)
        + 2 * cross_entropy(logits, mask, class_weights=[1, 4])
        + 0.5 * focal(logits, mask, class_weights=[1, 4])
        + 3 * dice(logits, mask)
    )
    torch.testing.assert_close(loss(logits, mask), expected)


@pytest.mark.parametrize(
    ("name", "alone"),
    [("legacy_mse", legacy_mse), ("cross_entropy", cross_entropy), ("focal", focal), ("dice", dice)],
)
def test_each_name_means_its_own_loss(name, alone, logits, mask):
    torch.testing.assert_close(create_loss(params(**{name: 1}))(logits, mask), alone(logits, mask))


def test_a_sum_of_nothing_is_refused():
    with pytest.raises(InputError, match="every weight is 0"):
        create_loss(params())


@pytest.mark.parametrize("weights", [[-1, 2], [0, 0]])
def test_class_weights_that_cannot_be_meant_are_refused(weights):
    with pytest.raises(InputError, match="class_weights: expected no negative"):
        create_loss(params(cross_entropy=1, class_weights=weights))


def test_class_weights_for_another_number_of_classes_are_refused(logits, mask):
    with pytest.raises(InputError, match="3 numbers for 2 classes"):
        create_loss(params(cross_entropy=1, class_weights=[1, 2, 3]))(logits, mask)
