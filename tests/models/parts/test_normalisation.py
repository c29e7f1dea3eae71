import numpy as np
import pytest
import torch

from hairline.errors import InputError
from hairline.models.parts.normalisation import NORMALISATIONS, normalise


@pytest.fixture
def pictures():
    return torch.randint(0, 256, (2, 6, 8, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


def test_symmetric_maps_grey_levels_to_minus_one_and_one():
    picture = torch.tensor([0, 255, 51], dtype=torch.uint8).expand(1, 4, 5, 3)
    values = normalise(picture, "symmetric")
    torch.testing.assert_close(values[0, :, 0, 0], torch.tensor([-1.0, 1.0, -0.6]))


def test_imagenet_is_what_the_published_weights_were_trained_with(pictures):
    from torchvision.models import ResNet101_Weights
    from torchvision.transforms.functional import convert_image_dtype
    from torchvision.transforms.functional import normalize as normalise_by

    taken = ResNet101_Weights.IMAGENET1K_V1.transforms()
    expected = normalise_by(
        convert_image_dtype(pictures.permute(0, 3, 1, 2), torch.float32), mean=taken.mean, std=taken.std
    )
    torch.testing.assert_close(normalise(pictures, "imagenet"), expected, rtol=0, atol=1e-5)


def test_standardise_is_what_its_description_says(pictures):
    for picture, values in zip(pictures.numpy().astype(np.float64), normalise(pictures, "standardise"), strict=True):
        centred = picture - picture.mean(axis=(0, 1))
        expected = centred / (np.sqrt((centred**2).mean()) + 8)
        np.testing.assert_allclose(values.permute(1, 2, 0).numpy(), expected, atol=1e-5)


def test_standardise_takes_away_exposure_and_colour_cast():
    dark = torch.randint(0, 100, (1, 16, 16, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    cast = dark + torch.tensor([10, 60, 90], dtype=torch.uint8)
    torch.testing.assert_close(normalise(dark, "standardise"), normalise(cast, "standardise"), rtol=0, atol=1e-5)


def test_an_even_picture_stays_finite():
    picture = torch.full((1, 5, 5, 3), 200, dtype=torch.uint8)
    assert not normalise(picture, "standardise").any()


@pytest.mark.parametrize("name", NORMALISATIONS)
def test_both_orders_of_axes_give_the_same_in_channels_last(pictures, name):
    values = normalise(pictures, name)
    assert values.shape == (2, 3, 6, 8)
    assert values.dtype == torch.float32
    assert values.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(normalise(pictures.permute(0, 3, 1, 2).contiguous(), name), values, rtol=0, atol=0)


def test_a_picture_is_normalised_by_itself(pictures):
    torch.testing.assert_close(normalise(pictures, "standardise")[1:], normalise(pictures[1:], "standardise"))


def test_the_pictures_handed_in_are_not_changed(pictures):
    before = pictures.clone()
    normalise(pictures, "standardise")
    assert torch.equal(pictures, before)


@pytest.mark.parametrize("wrong", [torch.zeros(2, 4, 4, 3), torch.zeros(4, 4, 3, dtype=torch.uint8)])
def test_what_is_not_a_batch_of_grey_levels_is_refused(wrong):
    with pytest.raises(InputError, match="expected pictures as uint8"):
        normalise(wrong, "symmetric")


def test_an_unknown_name_is_answered_with_the_known_ones(pictures):
    with pytest.raises(InputError, match="known: standardise, symmetric, imagenet"):
        normalise(pictures, "minmax")
