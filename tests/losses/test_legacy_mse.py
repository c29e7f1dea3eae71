import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hairline.losses.legacy_mse import legacy_mse, legacy_mse_to


def as_published(p, t):
    """The three terms as the original computes them, crack and background first and second."""
    crack, background = (200 * t[:, 1] - 200 * p[:, 1]) ** 2, (t[:, 0] - p[:, 0]) ** 2
    return crack.mean() + background.mean() + ((p[:, 0] + p[:, 1] - 1) ** 2).mean()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31), spread=st.floats(0.1, 10))
def test_the_published_three_terms_are_40_001_times_the_mean_squared_error(seed, spread):
    generator = torch.Generator().manual_seed(seed)
    logits, other = (spread * torch.randn(2, 2, 5, 6, generator=generator, dtype=torch.float64) for _ in range(2))
    p, t = logits.softmax(1), other.softmax(1)
    plain = 40_001 * ((p[:, 1] - t[:, 1]) ** 2).mean()
    torch.testing.assert_close(as_published(p, t), plain, rtol=1e-5, atol=0)
    ours = legacy_mse_to(logits, t, valid=torch.ones(2, 5, 6, dtype=torch.bool))
    torch.testing.assert_close(ours.double(), plain, rtol=1e-5, atol=0)


def test_a_mask_is_taken_as_a_probability_of_zero_or_one():
    logits = torch.tensor([[0.0, 0.0], [1.0, -1.0]]).view(1, 2, 1, 2)  # background, then crack, at two pixels
    mask = torch.tensor([[[1, 0]]])
    missed, alarm = 1 - 1 / (1 + torch.exp(torch.tensor(-1.0))), 1 / (1 + torch.exp(torch.tensor(1.0)))
    torch.testing.assert_close(legacy_mse(logits, mask), 40_001 * (missed**2 + alarm**2) / 2)


def test_it_does_not_weigh_cracks_whatever_its_authors_hoped():
    """The best constant guess is the plain share of crack pixels, as of any mean squared error."""
    mask = torch.tensor([1, 0, 0, 0]).view(1, 1, 4)
    for share, slope in ((0.25, 0.0), (0.2, -1.0), (0.3, 1.0)):
        constant = torch.logit(torch.tensor(share)).requires_grad_()
        logits = torch.stack([torch.zeros(4), constant.expand(4)]).view(1, 2, 1, 4)
        legacy_mse(logits, mask).backward()
        assert torch.sign(constant.grad) == slope or (slope == 0 and abs(constant.grad) < 1e-2)


def test_with_three_classes_each_foreground_class_takes_the_place_of_the_crack():
    logits = torch.zeros(1, 3, 1, 1)  # a third each
    cost = legacy_mse(logits, torch.tensor([[[2]]]))
    assert cost.item() == pytest.approx(40_000 * ((1 / 3) ** 2 + (2 / 3) ** 2) + (1 / 3) ** 2, rel=1e-5)


def test_the_temperature_divides_the_logits():
    generator = torch.Generator().manual_seed(0)
    logits, target = torch.randn(1, 2, 3, 4, generator=generator), torch.full((1, 2, 3, 4), 0.5)
    valid = torch.ones(1, 3, 4, dtype=torch.bool)
    torch.testing.assert_close(
        legacy_mse_to(logits, target, valid=valid, temperature=10.0), legacy_mse_to(logits / 10, target, valid=valid)
    )
