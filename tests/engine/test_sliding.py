import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from hairline.engine.predict import predict_probabilities
from hairline.engine.sliding import fade, is_big, predict_in_tiles, spans
from hairline.errors import InputError
from hairline.models import create_model

HOW = {"normalisation": "standardise", "precision": "fp32"}


class Local(nn.Module):
    """Sees `radius` pixels around each, as far as a padding of zeros."""

    def __init__(self, radius: int) -> None:
        super().__init__()
        torch.manual_seed(0)
        layers = [nn.Conv2d(3, 2, 3, padding=1), *(nn.Conv2d(2, 2, 3, padding=1) for _ in range(radius - 1))]
        self.layers = nn.Sequential(*layers).eval()
        self.seen: list[tuple[int, ...]] = []

    def forward(self, image: Tensor) -> Tensor:
        self.seen.append(tuple(image.shape[-2:]))
        return 5 * self.layers(image)


class Constant(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.logits = nn.Parameter(torch.tensor([0.3, -0.2, 1.0]))

    def forward(self, image: Tensor) -> Tensor:
        return self.logits[None, :, None, None].expand(len(image), 3, *image.shape[-2:])


class Relative(nn.Module):
    """How much brighter a pixel is than the mean of all that is seen at once."""

    def __init__(self) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(2.0))

    def forward(self, image: Tensor) -> Tensor:
        grey = image.mean(dim=1, keepdim=True)
        relative = self.factor * (grey - grey.mean(dim=(2, 3), keepdim=True))
        return torch.cat([-relative, relative], dim=1)


def photographs(count: int, height: int, width: int) -> Tensor:
    """Noise, much brighter on the right: the mean of a part is not that of the whole."""
    noise = torch.randint(0, 60, (count, height, width, 3), generator=torch.Generator().manual_seed(1))
    return (noise + torch.linspace(0, 190, width)[:, None].long()).to(torch.uint8)


def test_a_picture_of_a_tiles_size_is_predicted_whole():
    model, images = Local(3), photographs(2, 70, 90)
    whole = predict_probabilities(model, images, **HOW)
    assert torch.equal(predict_in_tiles(model, images, **HOW, side=80, overlap=20), whole)
    assert torch.equal(predict_in_tiles(model, images, **HOW, side=0, overlap=0), whole)


@pytest.mark.parametrize("size", [(200, 300), (64, 513), (400, 65), (161, 161)])
def test_tiles_say_exactly_what_the_whole_says_where_a_network_sees_less_than_they_overlap(size):
    model, images = Local(5), photographs(2, *size)
    tiled = predict_in_tiles(model, images, **HOW, side=64, overlap=21)
    whole = predict_probabilities(model, images, **HOW)
    torch.testing.assert_close(tiled, whole, rtol=0, atol=2e-6)
    assert whole.std() > 0.1  # there was something to agree on


def test_a_tile_normalised_by_itself_would_not_say_the_same():
    model, images = Local(1), photographs(1, 64, 512)
    whole = predict_probabilities(model, images, **HOW)[..., :64]
    assert (predict_probabilities(model, images[:, :, :64], **HOW) - whole).abs().mean() > 0.1


def test_the_network_never_sees_more_than_a_tile():
    model = Local(1)
    predict_in_tiles(model, photographs(1, 300, 500), **HOW, side=96, overlap=32)
    assert len(model.seen) > 12 and max(max(shape) for shape in model.seen) <= 96


def test_a_constant_answer_stays_constant():
    probability = predict_in_tiles(Constant(), photographs(1, 150, 333), **HOW, side=64, overlap=16)
    expected = torch.tensor([0.3, -0.2, 1.0]).softmax(0)[None, :, None, None].expand(1, 3, 150, 333)
    torch.testing.assert_close(probability, expected, rtol=0, atol=1e-6)


def test_no_seam_is_seen_even_where_an_answer_depends_on_all_that_is_in_a_tile():
    model, images = Relative(), photographs(1, 128, 700)
    whole = predict_probabilities(model, images, **HOW)[0, 1]
    soft, hard = (predict_in_tiles(model, images, **HOW, side=192, overlap=overlap)[0, 1] for overlap in (64, 0))

    def largest_step(probability: Tensor) -> float:
        """From one column to the next; the noise has its mean taken out."""
        return probability.mean(dim=0).diff().abs().max().item()

    assert largest_step(hard) > 8 * largest_step(whole)
    assert largest_step(soft) < 2 * largest_step(whole)


def test_a_network_that_sees_far_says_much_the_same_in_tiles():
    torch.manual_seed(0)
    model = create_model("hrsegnet", classes=2, width=8).eval()
    images = photographs(1, 300, 700)
    whole = predict_probabilities(model, images, **HOW)
    tiled = predict_in_tiles(model, images, **HOW, side=256, overlap=85)
    assert (tiled - whole).abs().mean() < 0.5 * whole.std()


def test_progress_is_told_after_each_tile():
    told: list[tuple[int, int]] = []
    predict_in_tiles(
        Constant(), photographs(1, 100, 200), **HOW, side=64, overlap=16, on_tile=lambda *steps: told.append(steps)
    )
    count = told[-1][1]
    assert told == [(place, count) for place in range(1, count + 1)] and count >= 8


def test_an_overlap_in_which_three_tiles_would_meet_is_refused():
    with pytest.raises(InputError, match="cannot overlap by 22 px; give 0 to 21"):
        predict_in_tiles(Constant(), photographs(1, 100, 200), **HOW, side=64, overlap=22)


def test_a_picture_is_big_from_one_and_a_half_tiles_on():
    assert not is_big(1024, 1536, side=1024) and is_big(1024, 1537, side=1024)
    assert not is_big(10_000, 10_000, side=0)


@settings(max_examples=300, deadline=None)
@given(side=st.integers(16, 600), share=st.floats(0, 1 / 3), length=st.integers(1, 4000))
def test_tiles_cover_every_pixel_and_their_weights_sum_to_1(side, share, length):
    overlap = int(side * share)
    parts = spans(length, side=side, overlap=overlap)
    assert parts[0][0] == 0 and parts[-1][1] == length
    assert all(0 < stop - start <= side for start, stop in parts)
    total = torch.zeros(length)
    for (start, stop), weight in zip(parts, fade(parts, overlap=overlap), strict=True):
        assert weight.min() >= 0
        total[start:stop] += weight
    torch.testing.assert_close(total, torch.ones(length), rtol=0, atol=1e-5)


def test_tiles_are_as_few_as_can_be_and_begin_on_the_grid():
    assert spans(2176, side=1024, overlap=256) == [(0, 896), (640, 1536), (1280, 2176)]
    assert spans(1030, side=1024, overlap=256) == [(0, 672), (416, 1030)]


@pytest.mark.gpu
def test_pictures_on_the_cpu_are_predicted_on_a_gpu_and_come_back():
    model, images = Local(5), photographs(1, 200, 300)
    here = predict_in_tiles(model, images, **HOW, side=64, overlap=21)
    there = predict_in_tiles(model.cuda(), images, **HOW, side=64, overlap=21)
    assert there.device.type == "cpu"
    torch.testing.assert_close(there, here, rtol=0, atol=5e-3)
