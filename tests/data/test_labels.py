import cv2
import numpy as np
import pytest

from hairline.data.labels import dilate_label

POINT = np.zeros((15, 15), np.uint8)
POINT[7, 7] = 1


def rows_and_columns(mask: np.ndarray) -> tuple[list[int], list[int]]:
    rows, columns = np.nonzero(mask)
    return sorted(set(rows.tolist())), sorted(set(columns.tolist()))


def test_none_changes_nothing():
    assert dilate_label(POINT, "none") is POINT


def test_square_grows_a_point_by_3_pixels_all_round():
    wide = dilate_label(POINT, "square")
    assert rows_and_columns(wide) == ([4, 5, 6, 7, 8, 9, 10],) * 2 and wide.sum() == 49


def test_legacy_grows_a_point_3_pixels_downwards_only():
    wide = dilate_label(POINT, "legacy_vertical")
    assert rows_and_columns(wide) == ([7, 8, 9, 10], [7]) and wide.sum() == 4


def test_legacy_is_what_opencv_makes_of_the_original_call():
    mask = (np.random.default_rng(0).random((40, 50)) > 0.95).astype(np.uint8)
    assert (dilate_label(mask, "legacy_vertical") == cv2.dilate(mask, (3, 3), iterations=3)).all()


@pytest.mark.parametrize("mode", ["square", "legacy_vertical"])
def test_the_input_stays_as_it_is_even_where_it_cannot_be_written(mode):
    mask = POINT.copy()
    mask.flags.writeable = False
    dilate_label(mask, mode)
    assert (mask == POINT).all()


def test_ignored_pixels_stay_ignored_and_do_not_grow():
    mask = POINT.copy()
    mask[7, 9], mask[0, 0] = 255, 255
    wide = dilate_label(mask, "square")
    assert wide[7, 9] == wide[0, 0] == 255 and (wide == 255).sum() == 2 and (wide == 1).sum() == 48


def test_classes_grow_over_background_only_and_the_lower_id_wins():
    mask = np.zeros((9, 20), np.uint8)
    mask[4, 5], mask[4, 10], mask[4, 8] = 1, 2, 3
    wide = dilate_label(mask, "square")
    assert wide[4].tolist() == [0, 0, 1, 1, 1, 1, 1, 1, 3, 2, 2, 2, 2, 2, 0, 0, 0, 0, 0, 0]


def test_at_the_edge_it_grows_inwards_only():
    mask = np.zeros((6, 6), np.uint8)
    mask[5, 0] = 1
    assert dilate_label(mask, "square").sum() == 16 and dilate_label(mask, "legacy_vertical").sum() == 1
