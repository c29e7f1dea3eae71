import numpy as np
import pytest

from hairline.data.synthetic.surface import FAMILIES


@pytest.mark.parametrize("family", sorted(FAMILIES))
@pytest.mark.parametrize("size", [64, 193])
def test_every_family_gives_a_coloured_textured_square(family, size):
    image = FAMILIES[family](np.random.default_rng(1), size)
    assert image.shape == (size, size, 3)
    assert image.dtype == np.float32
    assert np.isfinite(image).all()
    assert 30 < image.mean() < 250
    assert image.std() > 1


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_family_repeats_from_its_seed_and_varies_with_it(family):
    first, again, other = (FAMILIES[family](np.random.default_rng(seed), 64) for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.allclose(first, other, atol=5)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_most_ground_is_nearly_grey(family):
    casts = []
    for seed in range(12):
        red, _, blue = FAMILIES[family](np.random.default_rng(seed), 64).mean(axis=(0, 1))
        casts.append(abs(red - blue) / (red + blue))
    assert np.median(casts) < 0.06


def test_the_texture_does_not_repeat():
    image = FAMILIES["asphalt"](np.random.default_rng(2), 256)[..., 0]
    centred = image - image.mean()
    spectrum = np.abs(np.fft.rfft2(centred)) ** 2
    likeness = np.fft.irfft2(spectrum) / (centred**2).sum()
    away = likeness[40:-40, 40:-40]  # beyond the largest stone
    assert np.abs(away).max() < 0.5
