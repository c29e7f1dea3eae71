from dataclasses import replace

import numpy as np
import pytest

from hairline.data.defects.scene import Scene
from hairline.data.defects.shapes import broken_ring, filled, run_off

SQUARE = np.array([[20.0, 30.0], [60.0, 30.0], [60.0, 50.0], [20.0, 50.0]])


def test_coverage_adds_up_to_the_area_of_the_outline():
    for shift in (0.0, 0.25, 0.5):
        cover = filled([SQUARE + shift], 96)
        assert cover.sum() == pytest.approx(40 * 20, rel=0.05)
        assert cover.max() == 1
        assert cover[40, 40] == 1
        assert cover[10, 10] == 0


def test_a_broken_ring_is_rough_and_about_as_large_as_asked_for():
    areas = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        ring = broken_ring(rng, centre=np.array([80.0, 80.0]), radius=30, stretch=1.5, corners=9, roughness=0.1)
        areas.append(float(filled([ring], 160).sum()))
        length = np.hypot(*np.diff(ring, axis=0).T).sum()
        assert length > 1.1 * 2 * np.sqrt(np.pi * areas[-1]), "longer than a circle of that area"
    assert np.mean(areas) == pytest.approx(np.pi * 30**2, rel=0.3)


def test_run_off_goes_down_from_its_source_and_dies_out(scene):
    source = np.zeros((scene.size, scene.size), np.float32)
    source[40:44, 60:100] = 1
    ran = np.mean([run_off(np.random.default_rng(s), source, scene, reach=20, finest=2) for s in range(8)], axis=0)
    assert ran[:36].max() < 0.01
    assert ran[50:70, 65:95].mean() > 3 * ran[100:120, 65:95].mean()
    assert ran[:, :50].max() < 0.05
    assert ran[100:120, 65:95].mean() > 0


def test_run_off_leans_as_the_picture_does(scene: Scene):
    source = np.zeros((scene.size, scene.size), np.float32)
    source[20:24, 70:90] = 1
    places = {}
    for lean in (-0.3, 0.0, 0.3):
        ran = run_off(np.random.default_rng(1), source, replace(scene, lean=lean), reach=80, finest=2)
        row = ran[100]
        places[lean] = float((row * np.arange(len(row))).sum() / row.sum())
    assert places[-0.3] < places[0.0] - 15
    assert places[0.3] > places[0.0] + 15
