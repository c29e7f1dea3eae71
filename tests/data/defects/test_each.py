"""What every kind of defect holds to, and what makes a person name it."""

import numpy as np
import pytest

from hairline.data.defects.control_point import LARGEST, control_point
from hairline.data.defects.corrosion import corrosion
from hairline.data.defects.efflorescence import efflorescence
from hairline.data.defects.scene import Scene
from hairline.data.defects.spalling import BARRED, spalling
from hairline.data.defects.vegetation import vegetation

MIDDLE = np.array([80.0, 70.0])
LEVEL = np.stack([np.linspace(40, 120, 80), np.full(80, 60.0)], axis=1)
DRAWN = {
    "control_point": (control_point, MIDDLE),
    "corrosion": (corrosion, MIDDLE),
    "efflorescence": (efflorescence, LEVEL),
    "spalling": (spalling, MIDDLE),
    "vegetation": (vegetation, LEVEL),
}


def drawn(name: str, ground: np.ndarray, scene: Scene, *, seeds: int = 12) -> list[tuple[np.ndarray, np.ndarray]]:
    make, place = DRAWN[name]
    made = [make(np.random.default_rng(seed), ground, scene, place) for seed in range(seeds)]
    return [(defect.image, defect.mask) for defect in made]


@pytest.mark.parametrize("name", DRAWN)
def test_the_mask_is_where_the_picture_has_changed(name, ground, scene):
    before = ground.copy()
    for image, mask in drawn(name, ground, scene):
        changed = np.abs(image - ground).max(axis=2)
        assert image.dtype == np.float32
        assert np.isfinite(image).all()
        assert mask.dtype == bool
        assert mask.sum() > 60
        assert np.median(changed[mask]) > 10
        assert np.median(changed[~mask]) < 1
    assert np.array_equal(ground, before), "the ground that came in is left alone"


@pytest.mark.parametrize("name", DRAWN)
def test_it_can_lie_at_the_border_of_the_picture(name, ground, scene):
    make, place = DRAWN[name]
    for corner in (np.array([-70.0, -60.0]), np.array([75.0, 85.0])):
        assert make(np.random.default_rng(2), ground, scene, place + corner).image.shape == ground.shape


def test_the_steeper_wall_of_a_cavity_is_dark_above_and_bright_below_under_light_from_above(ground, scene):
    darker = []
    for image, mask in drawn("spalling", ground, scene, seeds=20):
        rows, columns = np.nonzero(mask)
        tops, feet = [], []
        for column in np.unique(columns):
            inside = rows[columns == column]
            if len(inside) > 12:
                tops.append(image[inside.min() + 1 : inside.min() + 4, column].mean())
                feet.append(image[inside.max() - 3 : inside.max(), column].mean())
        darker.append(np.mean(tops) < np.mean(feet) - 10)
    assert np.mean(darker) > 0.9


def test_some_cavities_lay_rusty_bars_open(ground, scene):
    made = [spalling(np.random.default_rng(seed), ground, scene, MIDDLE) for seed in range(40)]
    barred = [cavity for cavity in made if cavity.bars.any()]
    assert 0.15 < len(barred) / len(made) < BARRED + 0.2
    for cavity in barred:
        rust = cavity.image[cavity.bars > 0.5]
        assert (cavity.bars[~cavity.mask] <= 0.5).all(), "a bar lies in its cavity"
        if len(rust):
            assert rust[:, 0].mean() > 1.3 * rust[:, 2].mean()


def test_rust_is_orange_to_brown_and_reaches_farther_down_than_up(ground, scene):
    down = []
    for image, mask in drawn("corrosion", ground, scene, seeds=20):
        red, green, blue = image[mask].mean(axis=0)
        assert red > green > blue
        assert red > 1.5 * blue
        rows = np.nonzero(mask)[0]
        down.append((rows.max() - MIDDLE[1]) - (MIDDLE[1] - rows.min()))
    assert np.median(down) > 5


def test_lime_is_whiter_than_the_ground_and_runs_down(ground, scene):
    below = []
    for image, mask in drawn("efflorescence", ground, scene):
        lime = image[mask].mean(axis=0)
        assert lime.min() > 160
        assert lime.max() - lime.min() < 25
        rows = np.nonzero(mask)[0]
        below.append((rows > 70).sum() > (rows < 50).sum())
    assert np.mean(below) > 0.8


def test_plants_are_green(ground, scene):
    for image, mask in drawn("vegetation", ground, scene):
        red, green, blue = image[mask].mean(axis=0)
        assert green > red
        assert green > 1.3 * blue


def test_a_control_point_is_one_sharp_plate_with_light_and_dark_on_it(ground, scene):
    for image, mask in drawn("control_point", ground, scene):
        rows, columns = np.nonzero(mask)
        assert max(np.ptp(rows), np.ptp(columns)) < 1.6 * LARGEST
        grey = image[mask].mean(axis=1)
        assert np.percentile(grey, 95) - np.percentile(grey, 5) > 80
        assert mask.sum() > 0.45 * (np.ptp(rows) + 1) * (np.ptp(columns) + 1)
