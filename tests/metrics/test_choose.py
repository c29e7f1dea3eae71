import numpy as np
import pytest

from hairline.errors import InputError
from hairline.metrics import best_threshold, measure, precision_recall_curve, score_image


def test_the_best_threshold_reaches_the_f1_it_promises(case):
    pictures = [case(seed) for seed in range(4)]
    threshold, promised = best_threshold([picture.score() for picture in pictures])
    again = [
        score_image(
            (picture.probability[0] / 255 >= threshold).astype(np.uint8), picture.mask, classes=2, tolerances=()
        )
        for picture in pictures
    ]
    assert measure(again, ["f1"])["f1"] == pytest.approx(promised, abs=1e-12)
    assert promised > measure([picture.score() for picture in pictures], ["f1"])["f1"]


def test_of_equally_good_thresholds_the_one_nearest_to_a_half_is_chosen():
    mask = np.array([[0, 1]], np.uint8)

    def threshold_for(low: int, high: int) -> float:
        probability = np.array([[[low, high]]], np.uint8)
        score = score_image(mask, mask, classes=2, tolerances=(), probability=probability)
        return best_threshold([score])[0]

    assert threshold_for(0, 255) == 0.5
    assert threshold_for(200, 255) == pytest.approx(200.5 / 255)
    assert threshold_for(0, 30) == pytest.approx(29.5 / 255)


def test_with_a_margin_the_threshold_is_the_middle_of_those_that_are_nearly_as_good(case):
    pictures = [case(seed) for seed in range(4)]
    scores = [picture.score() for picture in pictures]
    probability = np.stack([picture.probability[0] for picture in pictures])
    true = np.stack([picture.mask for picture in pictures]) == 1

    def f1_at(byte: int) -> float:
        predicted = probability >= byte
        return 2 * (predicted & true).sum() / (predicted.sum() + true.sum())

    each = np.array([f1_at(byte) for byte in range(256)])
    near = np.flatnonzero(each >= each.max() - 0.03)
    middle, promised = best_threshold(scores, margin=0.03)
    assert promised == pytest.approx(each.max())
    assert len(near) > 5 and middle == pytest.approx((near.mean() - 0.5) / 255)
    assert best_threshold(scores, margin=1e-9)[0] == pytest.approx(best_threshold(scores)[0])


def test_without_a_crack_the_threshold_stays_at_a_half():
    mask = np.zeros((3, 3), np.uint8)
    score = score_image(mask, mask, classes=2, tolerances=(), probability=np.full((1, 3, 3), 40, np.uint8))
    assert best_threshold([score]) == best_threshold([score], margin=0.01) == (0.5, None)
    assert precision_recall_curve([score]) == []


def test_the_curve_passes_through_the_scores_at_its_thresholds(case):
    pictures = [case(seed, classes=3) for seed in range(3)]
    rows = precision_recall_curve([picture.score() for picture in pictures], class_id=2)
    probability = np.stack([picture.probability[1] for picture in pictures]) / 255
    true = np.stack([picture.mask for picture in pictures]) == 2
    assert len(rows) > 200
    for row in rows[::17]:
        predicted = probability >= row["threshold"]
        assert row["precision"] == pytest.approx((predicted & true).sum() / predicted.sum())
        assert row["recall"] == pytest.approx((predicted & true).sum() / true.sum())
    assert rows[0]["recall"] == 1


def test_a_short_curve_keeps_both_ends(case):
    scores = [case(0).score()]
    full, short = precision_recall_curve(scores), precision_recall_curve(scores, points=10)
    assert len(short) == 10 and short[0] == full[0] and short[-1] == full[-1]
    limits = [row["threshold"] for row in short]
    assert limits == sorted(set(limits))


def test_scores_without_probabilities_are_refused(line):
    with pytest.raises(InputError, match="no probabilities"):
        best_threshold([score_image(line(3), line(3), classes=2, tolerances=())])
