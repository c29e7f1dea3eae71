import json

import numpy as np
import pytest

from hairline.errors import InputError
from hairline.metrics import definitions, measure, pool, score_image

NAMES = ["background", "crack"]
NOT_SHARES = {"support_pixels", "support_images", "tp", "fp", "fn", "ods_threshold"}


def row_of(*pixels: int) -> np.ndarray:
    mask = np.zeros((1, 20), np.uint8)
    mask[0, list(pixels)] = 1
    return mask


def perfect_scores(case, *, classes: int = 2, count: int = 4) -> list:
    scores = []
    for seed in range(count):
        mask = case(seed, classes=classes).mask
        probability = np.stack([np.where(mask == class_id, 255, 0) for class_id in range(1, classes)]).astype(np.uint8)
        score = score_image(mask, mask, classes=classes, tolerances=(0, 2, 4), probability=probability)
        scores.append(score)
    return scores


TRUTH = [row_of(0, 1, 2, 3, 4), row_of(3, 4, 5, 6, 7, 8), row_of()]
PREDICTION = [row_of(2, 3, 4, 5, 6), row_of(3, 4, 5, 6, 7), row_of(0, 1)]


def test_the_golden_numbers_of_genkdcrack():
    scores = [
        score_image(prediction, mask, classes=2, tolerances=())
        for prediction, mask in zip(PREDICTION, TRUTH, strict=True)
    ]
    result = pool(scores, NAMES)
    crack = result["classes"]["crack"]
    assert [crack["tp"], crack["fp"], crack["fn"]] == [8, 4, 3]
    assert result["confusion"] == [[45, 4], [3, 8]]
    assert result["accuracy"] == pytest.approx(0.883333, abs=5e-7)
    assert crack["precision"] == pytest.approx(0.666667, abs=5e-7)
    assert crack["recall"] == pytest.approx(0.727273, abs=5e-7)
    assert crack["f1"] == pytest.approx(0.695652, abs=5e-7)
    assert result["mean_iou"] == pytest.approx(0.699359, abs=5e-7)


def test_the_golden_numbers_of_a_prediction_of_nothing():
    scores = [score_image(row_of(), mask, classes=2, tolerances=(2,)) for mask in TRUTH]
    result = pool(scores, NAMES)
    assert result["mean_iou"] == pytest.approx(0.408333, abs=5e-7)
    assert result["classes"]["crack"]["f1"] == result["classes"]["crack"]["f1_2px"] == 0
    assert result["classes"]["crack"]["precision"] is None


def test_an_all_background_split_has_the_mean_iou_of_background_alone():
    score = score_image(row_of(0, 1), row_of(), classes=2, tolerances=())
    assert measure([score], ["mean_iou", "iou", "f1"]) == {"mean_iou": 0.9, "iou": None, "f1": None}


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("batch", [1, 2, 4])
def test_a_perfect_prediction_scores_one_at_any_batch_size(case, classes, batch):
    scores = perfect_scores(case, classes=classes)
    gathered = [score for start in range(0, 4, batch) for score in scores[start : start + batch]]
    result = pool(gathered, [str(index) for index in range(classes)])
    for values in result["classes"].values():
        shares = {name: value for name, value in values.items() if name not in NOT_SHARES}
        assert shares == dict.fromkeys(shares, 1.0)
        assert values["fp"] == values["fn"] == 0
    for name in ("accuracy", "mean_iou", "mean_f1", "weighted_iou", "weighted_f1"):
        assert result[name] == 1


def test_four_equal_masks_score_one_and_not_four():
    mask = row_of(3, 4, 5)
    score = score_image(mask, mask, classes=2, tolerances=(2,))
    result = measure([score] * 4, ["m_recall", "m_f1", "m_iou", "recall", "f1", "iou"])
    assert set(result.values()) == {1.0}


def test_the_result_does_not_depend_on_the_order_of_the_images(case):
    scores = [case(seed, ignore=seed % 2 == 0).score() for seed in range(6)]
    forward, backward = pool(scores, NAMES), pool(scores[::-1], NAMES)
    assert forward["confusion"] == backward["confusion"]
    for name, value in forward["classes"]["crack"].items():
        assert value == pytest.approx(backward["classes"]["crack"][name], rel=1e-14), name


def test_counts_are_added_before_anything_is_divided(case):
    pictures = [case(seed, shape=(40, 40 + 30 * seed)) for seed in range(3)]
    result = measure([picture.score() for picture in pictures], ["iou", "iou_per_image"])
    wide = score_image(
        np.hstack([picture.prediction for picture in pictures]),
        np.hstack([picture.mask for picture in pictures]),
        classes=2,
        tolerances=(),
    )
    assert result["iou"] == pytest.approx(measure([wide], ["iou"])["iou"], abs=1e-12)
    each = [measure([picture.score()], ["iou"])["iou"] for picture in pictures]
    assert result["iou_per_image"] == pytest.approx(np.mean(each), abs=1e-12)
    assert abs(result["iou"] - result["iou_per_image"]) > 1e-4


def test_a_mean_over_images_leaves_out_those_without_the_class(case):
    clean = np.zeros((61, 83), np.uint8)
    alarm = clean.copy()
    alarm[3] = 1
    score = case(0).score(tolerances=(), lines=False)
    crack_free = score_image(alarm, clean, classes=2, tolerances=(), probability=255 * alarm[None], lines=False)
    both, alone = (measure(scores, ["f1_per_image", "ois"]) for scores in ([score, crack_free], [score]))
    assert both == alone
    assert measure([score, crack_free], ["f1"])["f1"] < measure([score], ["f1"])["f1"]


def test_an_absent_class_is_none_and_takes_no_part_in_a_mean(case):
    picture = case(0)
    score = score_image(picture.prediction, picture.mask, classes=4, tolerances=(2,))
    result = pool([score], ["background", "crack", "spalling", "corrosion"])
    two = pool([score_image(picture.prediction, picture.mask, classes=2, tolerances=(2,))], NAMES)
    for name in ("mean_iou", "mean_f1", "weighted_iou", "weighted_f1"):
        assert result[name] == pytest.approx(two[name], abs=1e-12), name
    absent = result["classes"]["corrosion"]
    for name in ("precision", "recall", "f1", "iou", "f1_2px", "m_iou", "a_f1", "cldice", "lt_iou_2px", "found_images"):
        assert absent[name] is None, name
    assert absent["support_pixels"] == absent["fp"] == 0


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("fill", [0, 255])
def test_masks_without_a_crack_or_all_ignored_give_none_and_never_nan(classes, fill):
    mask = np.full((9, 9), fill, np.uint8)
    for prediction in (np.zeros_like(mask), np.eye(9, dtype=np.uint8)):
        probability = np.zeros((classes - 1, 9, 9), np.uint8)
        score = score_image(prediction, mask, classes=classes, tolerances=(0, 2), probability=probability)
        result = pool([score], [str(index) for index in range(classes)])
        json.dumps(result, allow_nan=False)  # refuses NaN
        assert result["classes"]["1"]["f1"] is None and result["classes"]["1"]["ods_threshold"] is None
        assert (result["mean_iou"] is None) == (fill == 255)


def test_every_score_in_the_result_is_defined_once_and_every_definition_is_used(case):
    score = case(0).score(tolerances=(2,))
    result = pool([score], NAMES)
    keys = [key for key in result if key not in ("confusion", "classes")] + list(result["classes"]["crack"])
    defined = [row["name"].format(t=2) for row in definitions()]
    assert sorted(keys) == sorted(defined)
    assert len(set(defined)) == len(defined)
    assert set(result["classes"]["background"]) < set(result["classes"]["crack"])


def test_what_was_not_measured_is_none_and_the_rest_the_same(case):
    picture = case(1)
    full = pool([picture.score()], NAMES)["classes"]["crack"]
    lean_score = score_image(picture.prediction, picture.mask, classes=2, tolerances=(0, 2, 4), lines=False)
    lean = pool([lean_score], NAMES)["classes"]["crack"]
    assert set(lean) == set(full)
    missing = {name for name, value in lean.items() if value is None}
    lines = {"cldice", "lt_iou_0px", "lt_iou_2px", "lt_iou_4px"}
    assert missing == lines | {"ods", "ods_threshold", "ois", "ap"}
    for name in set(full) - missing - {"m_precision", "m_recall", "m_f1", "m_iou"}:  # those have a threshold of 0.4
        assert lean[name] == full[name]


def test_a_named_score_equals_that_of_the_full_result(case):
    scores = [case(seed, classes=3).score() for seed in range(3)]
    result = pool(scores, ["background", "crack", "spalling"])
    names = ["f1", "f1_2px", "lt_iou_4px", "ap"]
    crack, spalling = result["classes"]["crack"], result["classes"]["spalling"]
    assert measure(scores, names) == {name: crack[name] for name in names}
    assert measure(scores, names, class_id=2) == {name: spalling[name] for name in names}
    assert measure(scores, ["mean_iou"]) == {"mean_iou": result["mean_iou"]}
    assert isinstance(measure(scores, ["tp"])["tp"], int)


def test_a_wrong_name_is_answered_with_the_right_one(case):
    scores = [case(0).score(tolerances=(2,))]
    with pytest.raises(InputError, match="mean_iuo: no such score; did you mean mean_iou"):
        measure(scores, ["mean_iuo"])
    with pytest.raises(InputError, match="f1_3px: measured only at 2 px"):
        measure(scores, ["f1_3px"])
    with pytest.raises(InputError, match="ap: not defined for background"):
        measure(scores, ["ap"], class_id=0)


def test_what_cannot_be_pooled_is_refused(case):
    with pytest.raises(InputError, match="no image to score"):
        pool([], NAMES)
    with pytest.raises(InputError, match="differ in classes, tolerances"):
        pool([case(0).score(), case(0).score(tolerances=(2,))], NAMES)
    with pytest.raises(InputError, match="3 class names given for scores of 2 classes"):
        pool([case(0).score()], ["background", "crack", "spalling"])
