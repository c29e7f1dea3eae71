import cv2
import numpy as np
import pytest

from hairline.config import BordersParams
from hairline.data.loading.labels import dilate_label, relabelling
from hairline.errors import InputError

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


CLASSES = ("background", "spalling", "crack")
NO_BORDERS = BordersParams(areas=0, cracks=0, legacy=False)
DAMAGE = np.zeros((40, 40), np.uint8)
DAMAGE[5:35, 5:20] = 1
DAMAGE[:, 30] = 2


def test_without_wishes_a_label_stays_as_it_was_drawn():
    assert relabelling("none", NO_BORDERS, classes=CLASSES)(DAMAGE) is DAMAGE


def test_bands_lie_round_the_class_that_is_named_crack_whatever_its_number():
    label = relabelling("none", BordersParams(areas=0, cracks=2, legacy=False), classes=CLASSES)(DAMAGE)
    assert (label[:, 28:30] == 255).all() and (label[:, 31:33] == 255).all() and (label[:, 30] == 2).all()
    assert (label[5:35, 5:20] == 1).all(), "spalling keeps its border, which nobody asked to ignore"


def test_the_step_of_the_original_deletes_what_stands_beside_a_crack():
    label = relabelling("none", BordersParams(areas=0, cracks=0, legacy=True), classes=CLASSES)(DAMAGE)
    assert not (label == 1).any() and (label[:, 30] == 2).all()


def test_a_crack_is_widened_before_its_border_is_ignored():
    label = relabelling("square", BordersParams(areas=0, cracks=1, legacy=False), classes=("background", "crack"))(
        POINT
    )
    assert (label == 1).sum() == 49 and rows_and_columns((label == 255).astype(np.uint8))[0][0] == 3


def test_borders_without_a_class_named_crack_are_refused():
    with pytest.raises(InputError, match="needs a class named crack"):
        relabelling("none", BordersParams(areas=1, cracks=0, legacy=False), classes=("background", "rust"))
