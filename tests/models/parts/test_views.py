import pytest
import torch
from torch import nn

from hairline.cost.counts import count_macs
from hairline.models import create_model
from hairline.models.parts.views import Views, with_views


class Corner(nn.Module):
    """Says class 1 where the picture is bright, and surely so in its top left corner."""

    def forward(self, image):
        crack = image.mean(1, keepdim=True).clone()
        crack[..., 0, 0] = 9.0
        return torch.cat([torch.zeros_like(crack), crack], dim=1)


def image(height=12, width=10):
    return torch.randn(2, 3, height, width, generator=torch.Generator().manual_seed(0))


def probability(model, picture):
    return model(picture).softmax(dim=1)


@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize("scales", [(1.0,), (0.75, 1.25), (0.5, 1.0, 1.5)])
def test_logits_have_the_pictures_size_and_are_probabilities_logarithms(scales, mirror):
    model = Views(create_model("hrsegnet", classes=3, width=4).eval(), scales=scales, mirror=mirror)
    logits = model(image(37, 50))
    assert logits.shape == (2, 3, 37, 50)
    assert torch.allclose(logits.exp().sum(dim=1), torch.ones(2, 37, 50), atol=1e-5)


def test_sizes_are_averaged():
    def at(*scales):
        return probability(Views(Corner(), scales=scales, mirror=False), image())

    assert torch.allclose(at(1.0, 0.5), (at(1.0) + at(0.5)) / 2, atol=1e-5)
    assert not torch.allclose(at(1.0), at(0.5), atol=1e-2)


def test_a_mirrored_picture_is_mirrored_back_and_every_corner_is_asked_once():
    plain = probability(Corner(), image())[:, 1]
    asked = probability(Views(Corner(), scales=[1], mirror=True), image())[:, 1]
    sure = torch.sigmoid(torch.tensor(9.0))
    for row in (0, -1):
        for column in (0, -1):
            elsewhere = torch.sigmoid(image().mean(1))[:, row, column]
            assert torch.allclose(asked[:, row, column], (sure + 3 * elsewhere) / 4, atol=1e-5)
    assert torch.allclose(asked[:, 1:-1, 1:-1], plain[:, 1:-1, 1:-1], atol=1e-5)


def test_one_look_is_the_network_itself():
    model = create_model("hrsegnet", classes=2, width=4)
    assert with_views(model, scales=[1], mirror=False) is model


def test_every_view_is_paid_for():
    model = create_model("hrsegnet", classes=2, width=4)
    assert count_macs(with_views(model, scales=[1], mirror=True), 64, 64) == 4 * count_macs(model, 64, 64)
