"""Plain ground to draw one defect on."""

import math

import numpy as np
import pytest

from hairline.data.defects.scene import Scene

SIZE = 160


@pytest.fixture
def scene() -> Scene:
    """Lit straight from above."""
    return Scene(size=SIZE, light=math.pi / 2, lean=0.0, noise=4.0)


@pytest.fixture
def ground() -> np.ndarray:
    grain = np.random.default_rng(0).normal(0, 3, (SIZE, SIZE, 1)).astype(np.float32)
    return np.full((SIZE, SIZE, 3), 130, np.float32) + grain
