import numpy as np
import pytest

from hairline.data.synthetic.camera import light_scene, photograph


@pytest.mark.parametrize("size", [64, 101])
def test_a_photograph_is_an_eight_bit_rgb_picture_whatever_the_scene(size):
    scene = np.random.default_rng(0).uniform(-50, 400, (size, size, 3)).astype(np.float32)
    for seed in range(12):
        image = photograph(np.random.default_rng(seed), scene)
        assert image.shape == (size, size, 3)
        assert image.dtype == np.uint8
        assert image.flags.c_contiguous


def test_colours_keep_their_order_through_compression():
    scene = np.empty((64, 64, 3), np.float32)
    scene[:] = 200, 120, 60
    for seed in range(12):
        red, green, blue = photograph(np.random.default_rng(seed), scene).mean(axis=(0, 1))
        assert red > green > blue


def test_uneven_light_changes_a_flat_scene_smoothly_and_never_blackens_it():
    scene = np.full((128, 128, 3), 120, np.float32)
    spreads = []
    for seed in range(20):
        lit = light_scene(np.random.default_rng(seed), scene)
        assert lit.dtype == np.float32
        assert 20 < lit.min() <= lit.max() < 160
        spreads.append(float(lit.std()))
    assert min(spreads) > 0
    assert max(spreads) > 10  # some have a shadow
