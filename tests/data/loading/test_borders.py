import numpy as np
import pytest

from hairline.classes import IGNORE
from hairline.data.loading.borders import ignore_borders, legacy_borders

CRACK, SPALLING, VEGETATION = 1, 2, 5


def with_line(size: int = 40) -> np.ndarray:
    """A crack two pixels wide from top to bottom."""
    mask = np.zeros((size, size), np.uint8)
    mask[:, 20:22] = CRACK
    return mask


def with_area(size: int = 40) -> np.ndarray:
    mask = np.zeros((size, size), np.uint8)
    mask[10:30, 10:30] = SPALLING
    return mask


@pytest.mark.parametrize("step", [legacy_borders, lambda mask, crack: ignore_borders(mask, crack=crack, cracks=3)])
def test_a_line_of_two_pixels_gets_three_ignored_ones_on_each_side(step):
    row = step(with_line(), crack=CRACK)[15]
    assert np.flatnonzero(row == IGNORE).tolist() == [17, 18, 19, 22, 23, 24]
    assert np.flatnonzero(row == CRACK).tolist() == [20, 21]


def test_legacy_deletes_a_spalling_beside_a_crack_and_ours_keeps_it():
    mask = np.zeros((512, 512), np.uint8)
    mask[100:380, 200:480] = SPALLING
    mask[:, 20:22] = CRACK
    assert not (legacy_borders(mask, crack=CRACK) == SPALLING).any()
    ours = ignore_borders(mask, crack=CRACK, areas=2, cracks=3)
    assert (ours == SPALLING).sum() == 276 * 276
    assert ((ours == SPALLING) <= (mask == SPALLING)).all()


def test_legacy_leaves_a_mask_without_a_crack_as_it_is():
    assert np.array_equal(legacy_borders(with_area(), crack=CRACK), with_area())


def test_legacy_around_one_pixel_is_the_disk_grown_by_a_cross():
    mask = np.zeros((11, 11), np.uint8)
    mask[5, 5] = CRACK
    upper = ["." * 11, "." * 11, ".....#.....", "....###....", "...#####..."]
    rows = [*upper, "..###o###..", *reversed(upper)]
    drawn = np.array([[{".": 0, "#": IGNORE, "o": CRACK}[sign] for sign in row] for row in rows])
    assert legacy_borders(mask, crack=CRACK).tolist() == drawn.tolist()


def test_nothing_asked_for_changes_nothing():
    mask = with_area()
    mask[:, 20:22] = CRACK
    assert np.array_equal(ignore_borders(mask, crack=CRACK), mask)


def test_an_area_gets_a_band_of_the_width_on_both_sides():
    row = ignore_borders(with_area(), crack=CRACK, areas=2)[20]
    assert np.flatnonzero(row == IGNORE).tolist() == [8, 9, 10, 11, 28, 29, 30, 31]
    assert np.flatnonzero(row == SPALLING).tolist() == list(range(12, 28))


def test_areas_that_touch_have_one_band_between_them():
    mask = np.full((20, 20), SPALLING, np.uint8)
    mask[:, 10:] = VEGETATION
    row = ignore_borders(mask, crack=CRACK, areas=3)[5]
    assert np.flatnonzero(row == IGNORE).tolist() == list(range(7, 13))


def test_a_crack_through_an_area_is_no_border_of_it():
    mask = with_area()
    mask[:, 20:22] = CRACK
    ours = ignore_borders(mask, crack=CRACK, areas=2)
    assert (ours[20, 12:28] == np.where(mask[20, 12:28] == CRACK, CRACK, SPALLING)).all()
    assert (ours[mask == CRACK] == CRACK).all()
    assert (ours[8:12, 19] == IGNORE).all()  # the border goes on across the crack


def test_a_crack_along_the_border_of_an_area_does_not_close_the_band():
    mask = np.zeros((20, 20), np.uint8)
    mask[:, :9], mask[:, 9:11] = SPALLING, CRACK
    row = ignore_borders(mask, crack=CRACK, areas=3)[5]
    assert row.tolist() == [SPALLING] * 7 + [IGNORE] * 2 + [CRACK] * 2 + [IGNORE] * 2 + [0] * 7


def test_the_edge_of_the_picture_is_no_border():
    mask = np.full((16, 16), SPALLING, np.uint8)
    assert np.array_equal(ignore_borders(mask, crack=CRACK, areas=3, cracks=3), mask)


def test_the_ring_of_a_crack_takes_a_piece_of_the_area_around_it_alone():
    mask = with_area()
    mask[:, 20:22] = CRACK
    row = ignore_borders(mask, crack=CRACK, cracks=2)[20]
    assert np.flatnonzero(row == IGNORE).tolist() == [18, 19, 22, 23]
    assert (row[10:18] == SPALLING).all()
    assert (row[24:30] == SPALLING).all()


@pytest.mark.parametrize("step", [legacy_borders, lambda mask, crack: ignore_borders(mask, crack=crack, areas=1)])
def test_what_was_ignored_stays_so(step):
    mask = with_line()
    mask[:5, :5] = IGNORE
    given = mask.copy()
    assert (step(mask, crack=CRACK)[:5, :5] == IGNORE).all()
    assert np.array_equal(mask, given), "the mask that came in is left alone"


@pytest.mark.parametrize("value", [0, CRACK, SPALLING, IGNORE])
def test_a_mask_of_one_value_stays_as_it_is(value):
    mask = np.full((9, 12), value, np.uint8)
    for ids in (ignore_borders(mask, crack=CRACK, areas=2, cracks=2), ignore_borders(mask, crack=CRACK, areas=2)):
        assert np.array_equal(ids, mask)
        assert ids.dtype == np.uint8
