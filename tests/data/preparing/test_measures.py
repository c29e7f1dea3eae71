import cv2
import numpy as np
import pytest

from hairline.data.preparing.measures import WIDEST, centre_line, local_widths, measure

NAMES = ["background", "crack"]


def ground(height: int = 120, width: int = 160, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(120, 6, (height, width, 3)).clip(0, 255).astype(np.uint8)


def winding(height: int = 120, width: int = 160, thickness: int = 3) -> np.ndarray:
    """A crack across the picture that turns, so that no shift leaves it where it is."""
    columns = np.arange(0, width, 4)
    rows = height / 2 + 18 * np.sin(columns / 11)
    mask = np.zeros((height, width), np.uint8)
    cv2.polylines(mask, [np.stack([columns, rows.round()], axis=1).astype(np.int32)], False, 1, thickness)
    return mask


def darkened(pixels: np.ndarray, mask: np.ndarray, by: int) -> np.ndarray:
    return np.clip(pixels.astype(int) - by * (mask[..., None] > 0), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("width", range(1, 13))
@pytest.mark.parametrize("upright", [False, True])
def test_straight_cracks_have_the_width_that_they_were_drawn_with(width, upright):
    crack = np.zeros((40, 90), bool)
    crack[15 : 15 + width, 5:85] = True
    crack = np.ascontiguousarray(crack.T) if upright else crack
    widths = local_widths(crack, centre_line(crack))
    assert np.median(widths) == width
    assert (widths == width).mean() > 0.6  # the ends are rounder


@pytest.mark.parametrize("thickness", [3, 6, 11])
def test_slanted_cracks_are_measured_across_to_a_pixel(thickness):
    long, short = np.zeros((200, 200), np.uint8), np.zeros((200, 200), np.uint8)
    cv2.line(long, (20, 40), (180, 150), 1, thickness)
    cv2.line(short, (20, 40), (100, 95), 1, thickness)
    across = (long.sum() - short.sum()) / np.hypot(80, 55)  # the round ends are taken away
    crack = long > 0
    assert abs(np.median(local_widths(crack, centre_line(crack))) - across) <= 1


def test_classes_are_counted_and_ignored_pixels_are_not_among_them():
    ids = np.zeros((20, 30), np.uint8)
    ids[:2], ids[2:3], ids[10:14] = 1, 2, 255
    found = measure(ground(20, 30), ids, names=["background", "crack", "spalling", "rust"])
    assert found.pixels.tolist() == [600 - 90 - 120, 60, 30, 0]
    assert found.ignored == 120


def test_the_class_called_crack_is_measured_and_all_foreground_where_none_is():
    ids = np.zeros((60, 80), np.uint8)
    ids[10:13], ids[30:39] = 2, 1
    only = measure(ground(60, 80), ids, names=["background", "joint", "crack"]).widths
    both = measure(ground(60, 80), ids, names=["background", "joint", "hole"]).widths
    assert only[3] and not only[9]
    assert both[3] and both[9]


@pytest.mark.parametrize("fill", [0, 1, 255])
def test_masks_of_one_value_have_no_widths_and_no_signs(fill):
    found = measure(ground(), np.full((120, 160), fill, np.uint8), names=NAMES)
    assert not found.widths.any() and found.specks == 0 and found.brighter is None and found.shift is None


def test_a_crack_wider_than_counted_is_counted_as_the_widest():
    ids = np.zeros((300, 400), np.uint8)
    ids[10:290] = 1
    assert measure(ground(300, 400), ids, names=NAMES).widths[WIDEST] > 0


def test_single_pixels_are_counted_and_pairs_are_not():
    ids = np.zeros((30, 30), np.uint8)
    ids[3, 3] = ids[10, 10] = ids[20, 20] = ids[21, 21] = 1
    assert measure(ground(30, 30), ids, names=NAMES).specks == 2


@pytest.mark.parametrize("by", [50, -40])
def test_brightness_against_the_surroundings_has_its_sign(by):
    mask = winding()
    assert measure(darkened(ground(), mask, by), mask, names=NAMES).brighter == pytest.approx(-by, abs=2)


@pytest.mark.parametrize(("right", "down"), [(8, 0), (0, -8), (6, 6), (-10, 4)])
def test_a_mask_that_lies_beside_its_crack_is_noticed_with_the_way_back(right, down):
    mask = winding()
    beside = np.roll(mask, (-down, -right), (0, 1))
    found = measure(darkened(ground(), mask, 50), beside, names=NAMES).shift
    assert found is not None and abs(found[0] - right) <= 2 and abs(found[1] - down) <= 2


@pytest.mark.parametrize("thickness", [1, 3, 9])
def test_a_mask_on_its_crack_is_not_called_shifted(thickness):
    mask = winding(thickness=thickness)
    assert measure(darkened(ground(), mask, 50), mask, names=NAMES).shift is None


def test_without_a_dark_line_nearby_nothing_is_said_of_a_shift():
    assert measure(ground(), winding(), names=NAMES).shift is None


def test_a_picture_smaller_than_the_reach_is_measured_too():
    ids = np.zeros((5, 7), np.uint8)
    ids[2] = 1
    found = measure(ground(5, 7), ids, names=NAMES)
    assert found.shift is None and found.widths[1] > 0
