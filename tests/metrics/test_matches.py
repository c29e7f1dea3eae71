import numpy as np
import pytest

from hairline.metrics import matches
from hairline.metrics.matches import Matches


def strict(tp: int, fp: int, fn: int) -> Matches:
    return Matches(*(np.array(count) for count in (tp, tp + fp, tp, tp + fn)))


def test_the_four_scores_of_a_two_by_two_mask_done_on_paper():
    counts = strict(tp=1, fp=1, fn=1)  # truth: the upper row; prediction: the left column
    assert matches.precision(counts) == 0.5
    assert matches.recall(counts) == 0.5
    assert matches.f1(counts) == 0.5
    assert matches.iou(counts) == pytest.approx(1 / 3, abs=1e-15)


def test_iou_and_f1_of_strict_counts_are_the_usual_fractions():
    counts = strict(tp=8, fp=4, fn=3)
    assert matches.f1(counts) == pytest.approx(16 / 23, abs=1e-15)
    assert matches.iou(counts) == pytest.approx(8 / 15, abs=1e-15)
    assert matches.line_iou(counts) == matches.prediction_iou(counts) == pytest.approx(8 / 15, abs=1e-15)


def test_without_truth_no_score_exists():
    for predicted in (0, 7):
        counts = strict(tp=0, fp=predicted, fn=0)
        for score in (
            matches.precision,
            matches.recall,
            matches.f1,
            matches.iou,
            matches.line_iou,
            matches.prediction_iou,
        ):
            assert np.isnan(score(counts)), score.__name__


def test_a_total_miss_scores_zero_but_has_no_precision():
    counts = strict(tp=0, fp=0, fn=5)
    assert np.isnan(matches.precision(counts))
    assert matches.recall(counts) == matches.f1(counts) == matches.iou(counts) == 0
    assert matches.line_iou(counts) == matches.prediction_iou(counts) == 0


def test_a_prediction_beside_the_truth_scores_zero_everywhere():
    counts = strict(tp=0, fp=3, fn=5)
    assert matches.precision(counts) == matches.recall(counts) == matches.f1(counts) == matches.iou(counts) == 0


def test_scores_of_many_counts_at_once_equal_the_single_ones():
    table = np.random.default_rng(0).integers(0, 3, (50, 3))
    table = np.column_stack([table[:, 0], table[:, 0] + table[:, 1], table[:, 0], table[:, 0] + table[:, 2]])
    together = matches.iou(matches.as_matches(table))
    single = [float(matches.iou(matches.as_matches(row))) for row in table]
    np.testing.assert_array_equal(together, single)
    assert np.isnan(together).any() and np.isfinite(together).any()
