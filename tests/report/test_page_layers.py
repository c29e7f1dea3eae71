import base64
import io as streams

import cv2
import numpy as np
import pytest
from PIL import Image

from hairline import palette
from hairline.report.page.layers import CLASS_COLOURS, VERDICTS, Layer, States, shrink


def decode(layer: Layer, colours: str) -> np.ndarray:
    """RGBA, by a decoder that checks every checksum."""
    content = base64.b64decode(layer.url(colours).partition(",")[2], validate=True)
    with Image.open(streams.BytesIO(content)) as image:
        image.verify()
    with Image.open(streams.BytesIO(content)) as image:
        return np.array(image.convert("RGBA"))


def expected(ids: np.ndarray, colours: dict[int, str]) -> np.ndarray:
    drawn = np.zeros((*ids.shape, 4), np.uint8)
    for number, colour in colours.items():
        drawn[ids == number] = (*palette.rgb(colour), 255)
    return drawn


def same(one: np.ndarray, other: np.ndarray) -> bool:
    """What is clear has no colour."""
    return bool((one * (one[..., 3:] > 0) == other).all())


@pytest.mark.parametrize("classes", [2, 3, 4, 5, 9, 12, 40])
@pytest.mark.parametrize("size", [(7, 11), (8, 12), (1, 1)])
def test_each_palette_shows_its_view_of_the_same_pixels(classes, size):
    rng = np.random.default_rng(classes)
    truth, prediction = rng.integers(0, classes, (2, *size)).astype(np.uint8)
    prediction = np.where(rng.random(size) < 0.4, truth, prediction).astype(np.uint8)
    states = States(classes)
    layer, palettes = states.layer(truth, prediction, longest=100), states.palettes()
    colours = {number: CLASS_COLOURS[(number - 1) % len(CLASS_COLOURS)] for number in range(1, classes)}
    assert same(decode(layer, palettes["truth"]), expected(truth, colours))
    assert same(decode(layer, palettes["prediction"]), expected(prediction, colours))
    verdicts = np.zeros(size, np.uint8)
    verdicts[(truth > 0) & (prediction == truth)] = 1
    verdicts[(prediction > 0) & (prediction != truth)] = 2
    verdicts[(truth > 0) & (prediction == 0)] = 3
    assert same(decode(layer, palettes["verdict"]), expected(verdicts, dict(enumerate(VERDICTS.values(), start=1))))


def test_ignored_pixels_are_clear_in_every_view():
    truth, prediction = np.full((4, 4), 255, np.uint8), np.ones((4, 4), np.uint8)
    states = States(2)
    for colours in states.palettes().values():
        assert not decode(states.layer(truth, prediction, longest=9), colours)[..., 3].any()


def test_head_palette_and_body_join_without_padding_between_them():
    for classes in (2, 3, 4, 20):
        states = States(classes)
        layer = states.layer(np.zeros((5, 5), np.uint8), np.zeros((5, 5), np.uint8), longest=9)
        assert len(layer.head) == 44
        assert not [part for part in (layer.head, *states.palettes().values()) if "=" in part]


def test_a_thin_line_survives_being_made_smaller_and_a_thick_one_keeps_its_width():
    numbers = np.zeros((1200, 1600), np.uint8)
    cv2.line(numbers, (0, 0), (1599, 1199), 1, 1)
    numbers[:, 800:880] = 2
    small = shrink(numbers, longest=400)
    assert small.shape == (300, 400)
    assert {1, 2} == set(np.unique(small)) - {0}
    assert all(small[row, :195].any() for row in range(140)), "the diagonal has no gap"
    assert 19 <= (small[10] == 2).sum() <= 21


def test_what_fits_is_left_as_it_is():
    numbers = np.eye(9, dtype=np.uint8)
    assert shrink(numbers, longest=9) is numbers
