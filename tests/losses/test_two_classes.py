"""One pass must give what the two losses give by themselves, in value and in gradient."""

import pytest
import torch

from hairline.losses.cross_entropy import cross_entropy
from hairline.losses.dice import dice
from hairline.losses.two_classes import cross_entropy_and_dice


def sample(*, ignored):
    generator = torch.Generator().manual_seed(3)
    mask = torch.randint(0, 2, (3, 9, 8), dtype=torch.uint8, generator=generator)
    mask[2] = 0
    if ignored:
        mask[1, 2:5] = 255
    return 3 * torch.randn(3, 2, 9, 8, generator=generator), mask


def value_and_gradient(loss, logits):
    logits = logits.clone().requires_grad_()
    value = loss(logits)
    (2.5 * value).backward()  # as a head's weight would do
    return value.detach(), logits.grad


@pytest.mark.parametrize("ignored", [False, True], ids=["all pixels known", "some ignored"])
@pytest.mark.parametrize("weights", [(), (1.0, 2.0), (0.0, 3.0)])
@pytest.mark.parametrize(("entropy", "overlap"), [(1.0, 1.0), (0.3, 2.0), (0.0, 1.0), (1.0, 0.0)])
def test_it_is_the_sum_of_both_and_so_is_its_gradient(entropy, overlap, weights, ignored):
    logits, mask = sample(ignored=ignored)
    found = value_and_gradient(
        lambda given: cross_entropy_and_dice(given, mask, cross_entropy=entropy, dice=overlap, class_weights=weights),
        logits,
    )
    expected = value_and_gradient(
        lambda given: entropy * cross_entropy(given, mask, class_weights=weights) + overlap * dice(given, mask), logits
    )
    torch.testing.assert_close(found, expected)
