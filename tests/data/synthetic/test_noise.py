import math

import numpy as np
import pytest

from hairline.data.synthetic.noise import clouds, grain, relief, spots, stones, wander

SIZE = 256


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.mark.parametrize("largest", [6, 40, 400])
def test_clouds_have_about_unit_deviation_at_every_scale(rng, largest):
    fields = np.stack([clouds(rng, SIZE, largest=largest) for _ in range(24)])
    assert fields.shape == (24, SIZE, SIZE)
    assert 0.75 < fields.std() < 1.3
    assert abs(fields.mean()) < 0.4


def test_larger_clouds_are_smoother(rng):
    steps = [float(np.abs(np.diff(clouds(rng, SIZE, largest=largest), axis=1)).mean()) for largest in (8, 40, 200)]
    assert steps[0] > 2 * steps[1] > 4 * steps[2]


def test_stretched_clouds_change_less_downwards_than_across(rng):
    field = clouds(rng, SIZE, largest=20, stretch=6)
    assert np.abs(np.diff(field, axis=0)).mean() < 0.4 * np.abs(np.diff(field, axis=1)).mean()


def test_clouds_smaller_than_a_pixel_are_flat_and_finite(rng):
    assert np.array_equal(clouds(rng, 64, largest=1), np.zeros((64, 64)))


def test_grain_has_mean_zero_and_deviation_one(rng):
    field = grain(rng, SIZE, sigma=1.2)
    assert field.std() == pytest.approx(1, abs=1e-3)
    assert field.mean() == pytest.approx(0, abs=1e-3)


def test_streaks_run_along_their_angle(rng):
    level, upright = grain(rng, SIZE, sigma=1, angle=0.0), grain(rng, SIZE, sigma=1, angle=math.pi / 2)
    assert np.abs(np.diff(level, axis=1)).mean() < 0.3 * np.abs(np.diff(level, axis=0)).mean()
    assert np.abs(np.diff(upright, axis=0)).mean() < 0.3 * np.abs(np.diff(upright, axis=1)).mean()


@pytest.mark.parametrize("spacing", [4, 16])
def test_stones_are_as_many_as_their_spacing_says(rng, spacing):
    tone, height = stones(rng, SIZE, spacing=spacing)
    assert tone.shape == height.shape == (SIZE, SIZE)
    assert 0 <= height.min() < 0.3
    assert 0.9 < height.max() <= 1
    if spacing == 16:  # drawn at full size, so each stone keeps one exact tone
        expected = (SIZE / spacing) ** 2 * 1.4
        assert 0.7 * expected < len(np.unique(tone)) < 1.1 * expected


def test_relief_is_bright_on_the_slope_that_faces_the_light():
    ramp = np.tile(np.abs(np.arange(64, dtype=np.float32) - 32), (64, 1))
    lit = relief(ramp, angle=0.0)
    assert lit[:, 40:60].mean() > 0 > lit[:, 4:24].mean()
    assert np.allclose(relief(ramp, angle=math.pi), -lit, atol=1e-5)


@pytest.mark.parametrize("share", [0.005, 0.03])
def test_spots_cover_about_their_share(rng, share):
    covered = np.mean([spots(rng, SIZE, sigma=1.5, share=share).mean() for _ in range(8)])
    assert 0.6 * share < covered < 1.6 * share


def test_a_wandering_line_is_as_correlated_as_asked(rng):
    line = wander(rng, 20000, correlation=0.9)
    assert line.std() == pytest.approx(1, abs=0.1)
    assert np.corrcoef(line[1:], line[:-1])[0, 1] == pytest.approx(0.9, abs=0.02)
