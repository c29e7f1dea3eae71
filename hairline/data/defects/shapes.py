"""Shapes of defects: broken outlines, filled with true coverage, and water that runs down from wherever it comes."""

import math

import cv2
import numpy as np

from hairline.data.defects.scene import Scene
from hairline.data.synthetic.noise import wander
from hairline.data.synthetic.paint import FINE, FIXED

Array = np.ndarray

ROUNDS = 5  # of halving: an edge of 40 pixels is broken down to little more than one


def broken_ring(
    rng: np.random.Generator, *, centre: Array, radius: float, stretch: float, corners: int, roughness: float
) -> Array:
    """[N, 2] a closed outline with corners whose sides are broken again and again, as stone breaks."""
    turns = (np.arange(corners) + rng.uniform(-0.35, 0.35, corners)) * 2 * math.pi / corners
    reach = radius * np.exp(rng.normal(0, 0.22, corners))
    ring = reach[:, None] * np.stack([np.cos(turns) * stretch**0.5, np.sin(turns) / stretch**0.5], axis=1)
    for _ in range(ROUNDS):
        onward = np.roll(ring, -1, axis=0) - ring
        aside = np.stack([-onward[:, 1], onward[:, 0]], axis=1) * rng.normal(0, roughness, (len(ring), 1))
        middle = ring + 0.5 * onward + aside
        ring = np.stack([ring, middle], axis=1).reshape(-1, 2)
    angle = rng.uniform(0, math.pi)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return centre + ring @ turn


def filled(rings: list[Array], size: int) -> Array:
    """[S, S] coverage 0..1 of closed outlines in pixels."""
    canvas = np.zeros((size * FINE, size * FINE), np.uint8)
    for ring in rings:
        points = np.round((ring * FINE + (FINE - 1) / 2) * 2**FIXED).astype(np.int32)
        cv2.fillPoly(canvas, [points], 255, cv2.LINE_8, FIXED)
    return cv2.resize(canvas, (size, size), interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def run_off(rng: np.random.Generator, source: Array, scene: Scene, *, reach: float, finest: float) -> Array:
    """[S, S] how much has run over each pixel, from `source` [S, S] 0..1 and down, in streaks of about `finest` pixels.

    Every column has its own reach and carries its own share, so streaks differ in strength and length.
    """
    size = scene.size
    across = _column_noise(rng, size, cell=finest) + 0.7 * _column_noise(rng, size, cell=4 * finest)
    share = np.exp(0.9 * across - 0.6)
    keep = np.exp(-1 / (reach * np.exp(0.5 * _column_noise(rng, size, cell=2 * finest)))).astype(np.float32)
    lean = np.array([[1, -scene.lean, scene.lean * size / 2], [0, 1, 0]], np.float32)
    upright = cv2.warpAffine(source, lean, (size, size)) * share
    flow, ran = np.zeros(size, np.float32), np.empty((size, size), np.float32)
    for row in range(size):
        flow = flow * keep
        flow[1:-1] += 0.03 * (flow[2:] - 2 * flow[1:-1] + flow[:-2])
        flow = np.maximum(flow, upright[row])
        ran[row] = flow
    # no streak is straight: rows are moved aside a little, more and more alike the nearer they are
    aside = 1.2 * cv2.blur(wander(rng, size, correlation=0.97).reshape(-1, 1), (1, 9))
    ys, xs = np.mgrid[0:size, 0:size].astype(np.float32)
    return cv2.remap(ran, xs + aside - scene.lean * (ys - size / 2), ys, cv2.INTER_LINEAR)


def _column_noise(rng: np.random.Generator, size: int, *, cell: float) -> Array:
    knots = rng.standard_normal(math.ceil(size / cell) + 2)
    at = np.arange(size) / cell + rng.random()
    return np.interp(at, np.arange(len(knots)), knots).astype(np.float32)
