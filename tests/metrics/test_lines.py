import numpy as np
import pytest
from skimage.morphology import dilation, disk, skeletonize

from hairline.metrics import measure, score_image
from hairline.metrics.lines import thin


def scored(prediction: np.ndarray, mask: np.ndarray, *names: str) -> list[float | None]:
    score = score_image(prediction, mask, classes=2, tolerances=(0, 2, 4))
    return list(measure([score], names).values())


@pytest.mark.parametrize("width", [1, 3])
def test_lt_iou_forgives_a_shift_up_to_its_tolerance_and_nothing_beyond(line, width):
    mask = line(20, width)
    for shift in (0, 1, 2, 3, 4):
        assert scored(line(20 + shift, width), mask, "lt_iou_4px") == [1]
    for shift in (6, 7, 10):
        assert scored(line(20 + shift, width), mask, "lt_iou_4px") == [0]


def test_lt_iou_and_cldice_of_identical_masks_are_one(case):
    for seed in range(4):
        mask = case(seed).mask
        assert scored(mask, mask, "lt_iou_0px", "lt_iou_4px", "cldice") == [1, 1, 1]


def test_a_total_miss_counts_as_zero(line):
    nothing = np.zeros((40, 60), np.uint8)
    assert scored(nothing, line(20), "lt_iou_4px", "cldice") == [0, 0]
    assert scored(line(20), nothing, "lt_iou_4px", "cldice") == [None, None]


def test_a_missed_image_lowers_the_pooled_lt_iou(line):
    nothing = np.zeros((40, 60), np.uint8)
    hit = score_image(line(20), line(20), classes=2, tolerances=(4,))
    miss = score_image(nothing, line(20), classes=2, tolerances=(4,))
    assert measure([hit, miss], ["lt_iou_4px"]) == {"lt_iou_4px": 0.5}


def test_lt_iou_agrees_with_scikit_image(case):
    for seed in range(5):
        picture = case(seed)
        predicted, true = skeletonize(picture.prediction == 1), skeletonize(picture.mask == 1)
        for reach in (2, 4):
            tp = (true & dilation(predicted, disk(reach))).sum()
            fp = (predicted & ~dilation(true, disk(reach))).sum()
            fn = (true & ~dilation(predicted, disk(reach))).sum()
            expected = tp / (tp + fp + fn)
            assert scored(picture.prediction, picture.mask, f"lt_iou_{reach}px") == [pytest.approx(expected, abs=1e-12)]


def test_cldice_agrees_with_its_definition_on_scikit_image_lines(case):
    for seed in range(5):
        picture = case(seed)
        predicted, true = picture.prediction == 1, picture.mask == 1
        right = (skeletonize(predicted) & true).sum() / skeletonize(predicted).sum()
        found = (skeletonize(true) & predicted).sum() / skeletonize(true).sum()
        expected = 2 * right * found / (right + found)
        assert scored(picture.prediction, picture.mask, "cldice") == [pytest.approx(expected, abs=1e-12)]


def test_a_crack_drawn_twice_as_wide_keeps_its_cldice(line):
    wide, narrow = line(18, 6), line(19, 3)
    assert scored(wide, narrow, "cldice") == [1]
    assert scored(wide, narrow, "iou") == [0.5]


def test_thinning_only_the_occupied_box_changes_nothing(case):
    for seed in range(8):
        for pixels in (case(seed).mask == 1, case(seed).prediction == 1):
            np.testing.assert_array_equal(thin(pixels), skeletonize(pixels))
    assert not thin(np.zeros((9, 9), bool)).any()
