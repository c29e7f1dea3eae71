import numpy as np
import pytest
from scipy import ndimage
from skimage.morphology import dilation, disk

from hairline.metrics import measure, pool, score_image
from hairline.metrics.tolerance import grow, legacy_counts, near_counts

FAMILY = ("precision", "recall", "f1", "iou")


def scores_of(prediction: np.ndarray, mask: np.ndarray, *tolerances: int) -> dict:
    score = score_image(prediction, mask, classes=2, tolerances=tolerances)
    return pool([score], ["background", "crack"])["classes"]["crack"]


@pytest.mark.parametrize("radius", [0, 1, 2, 4, 5, 8])
def test_near_is_euclidean_and_agrees_with_a_distance_transform(case, radius):
    for seed in range(4):
        picture = case(seed)
        predicted, true = picture.prediction == 1, picture.mask == 1
        to_true = ndimage.distance_transform_edt(~true)
        to_predicted = ndimage.distance_transform_edt(~predicted)
        assert near_counts(predicted, true, radius=radius) == [
            np.count_nonzero(to_true[predicted] <= radius),
            predicted.sum(),
            np.count_nonzero(to_predicted[true] <= radius),
            true.sum(),
        ]


def test_growing_agrees_with_scikit_image(case):
    pixels = case(1).mask == 1
    for radius in (1, 2, 3, 4, 7):
        np.testing.assert_array_equal(grow(pixels, radius), dilation(pixels, disk(radius)))


def test_two_pixels_by_brute_force():
    rng = np.random.default_rng(0)
    predicted, true = rng.random((12, 15)) < 0.05, rng.random((12, 15)) < 0.05
    of_predicted, of_true = np.argwhere(predicted), np.argwhere(true)
    squared = ((of_predicted[:, None] - of_true[None]) ** 2).sum(-1)
    near = near_counts(predicted, true, radius=2)
    assert near == [(squared.min(1) <= 4).sum(), len(of_predicted), (squared.min(0) <= 4).sum(), len(of_true)]
    assert 0 < near[0] < near[1]


def test_at_no_tolerance_the_scores_are_the_strict_ones(case):
    picture = case(3, ignore=True)
    crack = scores_of(picture.prediction, picture.mask, 0)
    for name in FAMILY:
        assert crack[f"{name}_0px"] == pytest.approx(crack[name], abs=1e-12)


def test_a_line_two_pixels_aside_is_wrong_strictly_and_right_at_two_pixels(line):
    crack = scores_of(line(12), line(10), 0, 1, 2)
    assert [crack[f"f1_{t}px"] for t in (0, 1, 2)] == [0, 0, 1]
    assert [crack[f"iou_{t}px"] for t in (0, 1, 2)] == [0, 0, 1]


def test_more_tolerance_never_lowers_a_score(case):
    for seed in range(5):
        picture = case(seed)
        crack = scores_of(picture.prediction, picture.mask, 0, 1, 2, 3, 4, 8)
        for name in FAMILY:
            values = [crack[f"{name}_{t}px"] for t in (0, 1, 2, 3, 4, 8)]
            assert values == sorted(values) and values[0] < values[-1]


def test_the_legacy_scores_reward_a_fat_prediction_and_the_strict_ones_do_not(line):
    mask, fat = line(20, 4), line(18, 8)  # the prediction is the truth grown by 2 px
    crack = scores_of(fat, mask, 2)
    assert crack["m_iou"] == crack["m_precision"] == crack["m_recall"] == crack["m_f1"] == 1
    assert crack["iou"] == crack["a_iou"] == 0.5


def test_the_legacy_counts_agree_with_a_five_by_five_maximum():
    rng = np.random.default_rng(0)
    for share in (0.01, 0.03, 0.1):
        predicted, true = rng.random((40, 50)) < share, rng.random((40, 50)) < share
        pooled = ndimage.maximum_filter(true, size=5)
        expected = [(predicted & pooled).sum(), predicted.sum(), (predicted & true).sum(), true.sum()]
        assert legacy_counts(predicted, true) == expected


def test_the_legacy_iou_is_found_pixels_over_the_union(case):
    picture = case(2)
    predicted, true = picture.prediction == 1, picture.mask == 1
    expected = (predicted & ndimage.maximum_filter(true, size=5)).sum() / (predicted | true).sum()
    assert scores_of(picture.prediction, picture.mask)["m_iou"] == pytest.approx(expected, abs=1e-12)


def test_the_legacy_thresholds_are_four_and_five_tenths_whatever_the_prediction_used():
    mask = np.ones((1, 4), np.uint8)
    probability = np.array([[[102, 103, 127, 128]]], np.uint8)  # 0.4, just above, just below 0.5, just above
    score = score_image(np.zeros_like(mask), mask, classes=2, tolerances=(), probability=probability)
    assert measure([score], ["m_recall", "a_recall", "recall"]) == {"m_recall": 0.75, "a_recall": 0.25, "recall": 0}
