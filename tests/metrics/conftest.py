"""Random pictures of cracks, and the scores of a prediction of them."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from hairline.metrics import ImageScore, score_image


class Case:
    """A mask, a probability that is right more often than not, and the prediction at 0.5 (or the largest class)."""

    def __init__(self, seed: int, *, classes: int = 2, shape: tuple[int, int] = (61, 83), ignore: bool = False) -> None:
        rng = np.random.default_rng(seed)
        height, width = shape
        self.classes = classes
        self.mask = np.zeros(shape, np.uint8)
        for class_id in range(1, classes):
            points = rng.integers(0, (width, height), (4, 2)).astype(np.int32)
            cv2.polylines(self.mask, [points], False, class_id, int(rng.integers(3, 6)))
        planes = []
        for class_id in range(1, classes):
            shifted = np.roll(self.mask == class_id, rng.integers(-1, 2, 2), axis=(0, 1)).astype(np.float32)
            noisy = cv2.GaussianBlur(shifted, (5, 5), 1) + rng.normal(0, 0.15, shape)
            planes.append(np.clip(np.round(255 * noisy), 0, 255).astype(np.uint8))
        self.probability = np.stack(planes)
        self.prediction = np.where(self.probability.max(0) >= 128, self.probability.argmax(0) + 1, 0).astype(np.uint8)
        if ignore:
            self.mask[rng.random(shape) < 0.1] = 255
            self.mask[:5] = 255

    def score(self, *, tolerances: tuple[int, ...] = (0, 2, 4), lines: bool = True, id: str = "") -> ImageScore:
        return score_image(
            self.prediction,
            self.mask,
            classes=self.classes,
            tolerances=tolerances,
            probability=self.probability,
            lines=lines,
            id=id,
        )


@pytest.fixture(scope="session")
def case() -> Callable[..., Case]:
    return Case


@pytest.fixture
def line() -> Callable[..., np.ndarray]:
    """A mask with one upright bar: its left column, its width."""

    def draw(column: int, width: int = 1, *, shape: tuple[int, int] = (40, 60)) -> np.ndarray:
        mask = np.zeros(shape, np.uint8)
        mask[:, column : column + width] = 1
        return mask

    return draw
