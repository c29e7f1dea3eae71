import cv2
import numpy as np
import pytest

from hairline.classes import IGNORE
from hairline.data.loading.distractors import cover, expose_twice, shade, stain

GREY = np.full((96, 128, 3), 120, np.uint8)


def crack(level: int, row: int, shape: tuple[int, int] = (96, 128)) -> tuple[np.ndarray, np.ndarray]:
    """An even picture with a dark, level crack of four pixels, and its mask."""
    image, mask = np.full((*shape, 3), 150, np.uint8), np.zeros(shape, np.uint8)
    image[row : row + 4], mask[row : row + 4] = level, 1
    return image, mask


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_two_pictures_in_one_show_the_cracks_of_both_and_count_them():
    image, mask = expose_twice(*crack(30, 20), crack(40, 60), rng())
    assert (np.flatnonzero(mask.any(axis=1)) == [20, 21, 22, 23, 60, 61, 62, 63]).all() and set(mask.ravel()) == {0, 1}
    assert image[mask == 1].max() < image[mask == 0].min()


def test_the_second_picture_keeps_the_light_of_the_first():
    second = np.full_like(GREY, 20)  # even, if dark
    image, mask = expose_twice(GREY, np.zeros(GREY.shape[:2], np.uint8), (second, np.zeros_like(second[..., 0])), rng())
    assert (image == GREY).all() and not mask.any()


def test_of_two_classes_at_one_place_the_first_picture_s_stays_and_what_is_not_known_is_ignored():
    first = np.array([[0, 1, 2, IGNORE, 0, 0]], np.uint8)
    second = np.array([[3, 3, IGNORE, 3, IGNORE, 0]], np.uint8)
    plain = np.full((1, 6, 3), 100, np.uint8)
    assert expose_twice(plain, first, (plain, second), rng())[1].tolist() == [[3, 1, 2, IGNORE, IGNORE, 0]]


def test_shade_changes_the_light_slowly_and_not_the_colour():
    source = np.empty((256, 256, 3), np.uint8)
    source[:] = 60, 100, 140
    for seed in range(20):
        image = shade(source, rng(seed)).astype(float)
        assert np.abs(np.diff(image, axis=0)).max() <= 20 and np.abs(np.diff(image, axis=1)).max() <= 20
        bright = image.max(axis=2) < 255
        assert np.abs(image[bright] / image[bright][:, :1] - [1, 100 / 60, 140 / 60]).max() < 0.1
    assert np.ptp(shade(source, rng(1))) > np.ptp(source)


def test_stains_darken_a_part_of_the_picture_and_leave_the_rest():
    shares = []
    for seed in range(40):
        image = stain(GREY, rng(seed))
        assert image.max() == 120
        shares.append((image < 120).mean())
    assert 0.02 < np.mean(shares) < 0.3 and max(shares) < 0.8


def covered(seed: int, mask: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """An even grey square of class 1 with an object over it."""
    image = np.full((128, 128, 3), 120, np.uint8)
    return cover(image, np.ones((128, 128), np.uint8) if mask is None else mask, rng(seed))


def test_an_object_reaches_in_from_outside_and_what_it_hides_is_background():
    shares = []
    for seed in range(60):
        image, mask = covered(seed)
        assert image.dtype == mask.dtype == np.uint8 and set(mask.ravel()) <= {0, 1}
        hidden = mask == 0
        shares.append(hidden.mean())
        _, parts = cv2.connectedComponents(hidden.astype(np.uint8))
        border = np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]])
        lost = hidden & ~np.isin(parts, border[border > 0])
        assert lost.mean() < 0.01  # crumbs of a rippled outline at most, no spot in the midst
    assert 0.05 < np.mean(shares) < 0.4 and max(shares) < 0.75 and np.mean(np.array(shares) == 0) < 0.3


def test_most_objects_are_darker_than_the_ground_and_some_are_not():
    dark = []
    for seed in range(80):
        image, mask = covered(seed)
        if (mask == 0).sum() > 300:
            dark.append(bool(np.median(image[mask == 0]) < 90))
    assert 0.6 < np.mean(dark) < 0.95


def test_where_no_object_lies_nor_its_shadow_falls_the_picture_stays():
    kept = [(covered(seed)[0] == 120).all(axis=2).mean() for seed in range(40)]
    assert np.mean(kept) > 0.5


def test_what_is_ignored_stays_ignored_below_an_object():
    for seed in range(20):
        assert (covered(seed, np.full((128, 128), IGNORE, np.uint8))[1] == IGNORE).all()


def test_the_same_seed_gives_the_same_object_and_the_source_stays():
    image, mask = np.full((64, 64, 3), 120, np.uint8), np.ones((64, 64), np.uint8)
    one, two, other = (cover(image, mask, rng(seed)) for seed in (3, 3, 4))
    assert (one[0] == two[0]).all() and (one[1] == two[1]).all() and not (one[0] == other[0]).all()
    assert (image == 120).all() and (mask == 1).all()


@pytest.mark.parametrize("change", [shade, stain])
def test_the_same_seed_gives_the_same_picture_and_the_source_stays(change):
    before = GREY.copy()
    assert (change(GREY, rng(3)) == change(GREY, rng(3))).all() and (before == GREY).all()
    assert not (change(GREY, rng(3)) == change(GREY, rng(4))).all()
    assert change(GREY, rng()).dtype == np.uint8 and change(GREY, rng()).shape == GREY.shape
