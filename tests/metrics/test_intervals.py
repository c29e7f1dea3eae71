import itertools

import numpy as np
import pytest

from hairline.errors import InputError
from hairline.metrics import bootstrap_interval, mean_interval, measure, paired_test, pool, score_image

NAMES = ["f1", "iou", "mean_iou", "f1_2px", "f1_per_image", "ap", "ois"]


@pytest.fixture(scope="module")
def scores(case):
    return [case(seed, shape=(40, 50)).score(id=f"image-{seed}") for seed in range(12)]


@pytest.fixture(scope="module")
def worse(case):
    """The same images, predicted with half of each crack cut off."""
    result = []
    for seed in range(12):
        picture = case(seed, shape=(40, 50))
        picture.prediction[:, :25] = 0
        result.append(picture.score(id=f"image-{seed}"))
    return result


def test_the_interval_equals_that_of_resampling_by_hand(scores):
    seed, resamples = 3, 40
    intervals = bootstrap_interval(scores, NAMES, resamples=resamples, seed=seed)
    picks = np.random.default_rng(seed).integers(0, len(scores), (resamples, len(scores)))
    for name in NAMES:
        values = [measure([scores[index] for index in pick], [name])[name] for pick in picks]
        assert intervals[name] == pytest.approx(tuple(np.quantile(values, [0.025, 0.975])), abs=1e-12), name


def test_the_interval_holds_the_score_and_narrows_with_more_images(scores):
    value = measure(scores, ["f1"])["f1"]
    low, high = bootstrap_interval(scores, ["f1"], resamples=500, seed=0)["f1"]
    many_low, many_high = bootstrap_interval(scores * 9, ["f1"], resamples=500, seed=0)["f1"]
    assert low < value < high and low < many_low < value < many_high < high
    assert (many_high - many_low) / (high - low) == pytest.approx(1 / 3, rel=0.25)


def test_the_same_seed_gives_the_same_interval_and_another_seed_another(scores):
    first, again, other = (bootstrap_interval(scores, ["iou"], resamples=200, seed=seed) for seed in (1, 1, 2))
    assert first == again != other


def test_a_wider_level_gives_a_wider_interval(scores):
    low, high = bootstrap_interval(scores, ["f1"], resamples=500, seed=0, level=0.5)["f1"]
    wide_low, wide_high = bootstrap_interval(scores, ["f1"], resamples=500, seed=0, level=0.99)["f1"]
    assert wide_low < low < high < wide_high


def test_one_image_or_an_absent_class_has_no_interval(scores):
    assert bootstrap_interval(scores[:1], ["f1", "iou"], resamples=100, seed=0) == {"f1": None, "iou": None}
    clean = np.zeros((9, 9), np.uint8)
    absent = [score_image(clean, clean, classes=2, tolerances=()) for _ in range(3)]
    result = bootstrap_interval(absent, ["f1", "mean_iou", "ap"], resamples=100, seed=0)
    assert result == {"f1": None, "mean_iou": (1, 1), "ap": None}


def test_the_interval_of_another_class_is_its_own(case):
    scores = [case(seed, classes=3).score() for seed in range(6)]
    crack, spalling = (bootstrap_interval(scores, ["f1"], resamples=200, seed=0, class_id=c)["f1"] for c in (1, 2))
    value = pool(scores, ["background", "crack", "spalling"])["classes"]["spalling"]["f1"]
    assert spalling != crack and spalling[0] <= value <= spalling[1]


def test_an_arm_against_itself_differs_by_nothing(scores):
    result = paired_test(scores, scores, "f1", resamples=200, seed=0)
    assert result == {"difference": 0, "low": 0, "high": 0, "p_value": 1}


def test_a_clearly_better_arm_is_told_from_a_worse_one(scores, worse):
    result = paired_test(scores, worse, "f1", resamples=2000, seed=0)
    expected = measure(scores, ["f1"])["f1"] - measure(worse, ["f1"])["f1"]
    assert result["difference"] == pytest.approx(expected, abs=1e-12)
    assert 0 < result["low"] < result["difference"] < result["high"]
    assert result["p_value"] < 0.01
    back = paired_test(worse, scores, "f1", resamples=2000, seed=0)
    assert back["difference"] == -result["difference"]
    assert (back["low"], back["high"]) == pytest.approx((-result["high"], -result["low"]))


def test_the_p_value_agrees_with_all_swaps_of_a_few_images(scores, worse):
    few, few_worse = scores[:6], worse[:6]
    observed = abs(measure(few, ["iou"])["iou"] - measure(few_worse, ["iou"])["iou"])
    as_large = 0
    for swaps in itertools.product([False, True], repeat=6):
        one = [b if swap else a for a, b, swap in zip(few, few_worse, swaps, strict=True)]
        two = [a if swap else b for a, b, swap in zip(few, few_worse, swaps, strict=True)]
        as_large += abs(measure(one, ["iou"])["iou"] - measure(two, ["iou"])["iou"]) >= observed - 1e-12
    result = paired_test(few, few_worse, "iou", resamples=20_000, seed=0)
    assert result["p_value"] == pytest.approx(as_large / 64, abs=0.01)


def test_equally_good_arms_are_rarely_called_different(case):
    p_values = []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        pairs = []
        for _ in range(10):
            mask = np.zeros((20, 20), np.uint8)
            mask[8:11] = 1
            noisy = [np.where(rng.random(mask.shape) < 0.2, 1 - mask, mask) for _ in range(2)]
            pairs.append([score_image(n, mask, classes=2, tolerances=(), lines=False) for n in noisy])
        first, second = zip(*pairs, strict=True)
        p_values.append(paired_test(first, second, "f1", resamples=200, seed=seed)["p_value"])
    assert sum(value < 0.05 for value in p_values) <= 5  # about 1.5 of 30 are expected
    assert min(p_values) < 0.3 and max(p_values) > 0.7


def test_the_arms_are_paired_by_id_whatever_their_order(scores, worse):
    in_order = paired_test(scores, worse, "f1", resamples=100, seed=0)
    assert paired_test(scores, worse[::-1], "f1", resamples=100, seed=0) == in_order


def test_arms_of_different_images_are_refused(scores, worse, case):
    with pytest.raises(InputError, match="12 images against 11"):
        paired_test(scores, worse[:-1], "f1", resamples=100, seed=0)
    with pytest.raises(InputError, match="image-11 is missing in the second arm"):
        paired_test(scores, [*worse[:-1], worse[0]], "f1", resamples=100, seed=0)
    with pytest.raises(InputError, match="image-0 is missing"):
        paired_test(scores, [case(0, shape=(40, 50)).score(id="other"), *worse[1:]], "f1", resamples=100, seed=0)
    with pytest.raises(InputError, match="image-0 has another mask in the second arm"):
        paired_test(scores, [case(50, shape=(40, 50)).score(id="image-0"), *worse[1:]], "f1", resamples=100, seed=0)


def test_one_image_gives_a_difference_but_no_test(scores, worse):
    result = paired_test(scores[:1], worse[:1], "f1", resamples=100, seed=0)
    assert result["difference"] is not None
    assert result["low"] is result["high"] is result["p_value"] is None


def test_the_mean_of_three_runs_has_the_interval_of_the_textbook():
    mean, low, high = mean_interval([0.70, 0.72, 0.74])
    assert mean == pytest.approx(0.72)
    half = 4.302653 * 0.02 / 3**0.5  # the 97.5 % point of Student's t with two degrees of freedom
    assert (low, high) == pytest.approx((0.72 - half, 0.72 + half), abs=1e-7)


def test_one_run_has_a_mean_and_no_interval():
    assert mean_interval([0.5]) == (0.5, None, None)
    with pytest.raises(InputError, match="no run has this score"):
        mean_interval([])
