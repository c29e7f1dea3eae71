import base64

import cv2
import numpy as np
import pytest

from hairline import palette
from hairline.data.sheet.pictures import OUTLINES, colour_of, spread, thumbnail
from tests.data.conftest import make_sample


def decoded(small) -> np.ndarray:
    content = base64.b64decode(small.url.removeprefix("data:image/webp;base64,"))
    return cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]


@pytest.fixture
def write(tmp_path):
    def write(ids: np.ndarray | None, height=400, width=600):
        (tmp_path / "images").mkdir(exist_ok=True)
        (tmp_path / "masks").mkdir(exist_ok=True)
        cv2.imwrite(str(tmp_path / "images/a.png"), np.full((height, width, 3), 128, np.uint8))
        if ids is None:
            return tmp_path, make_sample("a", labelled=False, mask="", crack_share=None)
        cv2.imwrite(str(tmp_path / "masks/a.png"), ids)
        return tmp_path, make_sample("a")

    return write


def coloured(pixels: np.ndarray) -> np.ndarray:
    return np.ptp(pixels.astype(int), axis=2) > 60


def test_a_large_picture_becomes_small_and_a_small_one_stays(write):
    folder, sample = write(np.zeros((400, 600), np.uint8))
    small = thumbnail(folder, sample, classes=2, longest=300)
    assert (small.width, small.height) == (300, 200) and decoded(small).shape == (200, 300, 3)
    assert thumbnail(folder, sample, classes=2, longest=5000).width == 600


@pytest.mark.parametrize("longest", [600, 150])
def test_even_a_crack_of_one_pixel_is_outlined(write, longest):
    ids = np.zeros((400, 600), np.uint8)
    ids[:, 300] = 1
    folder, sample = write(ids)
    shown = coloured(decoded(thumbnail(folder, sample, classes=2, longest=longest)))
    assert shown[:, shown.shape[1] // 2 - 3 : shown.shape[1] // 2 + 3].any(axis=1).mean() > 0.9
    assert not shown[:, : shown.shape[1] // 3].any()


def test_the_inside_of_a_class_and_ignored_pixels_stay_as_photographed(write):
    ids = np.zeros((400, 600), np.uint8)
    ids[100:300, 200:400], ids[:50] = 1, 255
    folder, sample = write(ids)
    shown = coloured(decoded(thumbnail(folder, sample, classes=2, longest=600)))
    assert shown[98:101, 250:350].any() and not shown[120:280, 220:380].any() and not shown[:60].any()


def test_unlabelled_pictures_have_no_outline(write):
    folder, sample = write(None)
    assert not coloured(decoded(thumbnail(folder, sample, classes=2, longest=300))).any()


def test_classes_beyond_the_colours_take_them_again():
    assert colour_of(1) == palette.VERMILION == colour_of(1 + len(OUTLINES))
    assert len({colour_of(number) for number in range(1, 1 + len(OUTLINES))}) == len(OUTLINES)


def test_pictures_are_spread_from_the_least_crack_to_the_most_and_unlabelled_ones_only_shown_alone():
    samples = [make_sample(f"s{number:02d}", crack_share=number / 100) for number in range(50)]
    blank = make_sample("blank", labelled=False, mask="", crack_share=None)
    chosen = spread([blank, *reversed(samples)], count=3)
    assert [sample.id for sample in chosen] == ["s00", "s24", "s49"]
    assert spread([blank], count=3) == [blank]
    assert len(spread(samples, count=500)) == 50
