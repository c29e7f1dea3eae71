import numpy as np
import pytest

from hairline.data.synthetic.layer import Layer, lay
from hairline.data.synthetic.marks import MARKS
from hairline.data.synthetic.things import THINGS

ALL = {**MARKS, **THINGS}


@pytest.mark.parametrize("name", sorted(ALL))
@pytest.mark.parametrize("size", [64, 160])
def test_every_layer_covers_a_part_of_the_picture(name, size):
    covers = []
    for seed in range(12):
        layer = ALL[name](np.random.default_rng(seed), size)
        assert layer.cover.shape == (size, size)
        assert layer.cover.dtype == np.float32
        assert layer.cover.min() >= 0
        assert layer.cover.max() <= 1
        assert layer.shade is None or (layer.shade.min() >= 0 and layer.shade.shape == (size, size))
        covers.append(float(layer.cover.max()))
    assert np.median(covers) > 0.1


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_layer_can_be_seen_on_some_ground(name):
    ground = np.full((160, 160, 3), 130, np.float32)
    changes = [
        float(np.abs(lay(ground, ALL[name](np.random.default_rng(seed), 160)) - ground).max()) for seed in range(12)
    ]
    assert np.median(changes) > 5


def test_a_layer_changes_only_what_it_covers():
    ground = np.arange(48, dtype=np.float32).reshape(4, 4, 3)
    cover = np.zeros((4, 4), np.float32)
    cover[1, 2], cover[3, 3] = 1, 0.5
    image = lay(ground, Layer(cover, (200.0, 100.0, 0.0)))
    assert image[1, 2].tolist() == [200, 100, 0]
    assert image[3, 3].tolist() == ((ground[3, 3] + [200, 100, 0]) / 2).tolist()
    assert np.array_equal(image[cover == 0], ground[cover == 0])


def test_a_shadow_darkens_the_ground_below():
    ground = np.full((8, 8, 3), 100, np.float32)
    image = lay(ground, Layer(np.zeros((8, 8), np.float32), (0.0, 0.0, 0.0), shade=np.full((8, 8), 0.5, np.float32)))
    assert np.allclose(image, 50)
