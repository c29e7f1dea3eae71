import numpy as np
import pytest

from hairline.config import Repeat
from hairline.methods.comparison import compare_arms
from hairline.methods.evaluation import save_scores
from hairline.metrics import measure, score_image


def scores_with(error_share, seed):
    random = np.random.default_rng(seed)
    scores = []
    for index in range(12):
        mask = (np.random.default_rng(index).random((24, 24)) < 0.2).astype(np.uint8)
        wrong = random.random(mask.shape) < error_share
        scores.append(score_image(mask ^ wrong, mask, classes=2, tolerances=(2,), lines=False, id=str(index)))
    return scores


@pytest.fixture
def arms(tmp_path):
    folders = {}
    for arm, error in (("baseline", 0.2), ("better", 0.05)):
        folders[arm] = {}
        for seed in (0, 1, 2):
            folder = tmp_path / f"{arm}-{seed}"
            folder.mkdir()
            save_scores(folder / "scores.npz", scores_with(error, seed))
            folders[arm][Repeat(seed, 0)] = folder
    return folders


def first_only(arms):
    return {arm: {repeat: folder for repeat, folder in runs.items() if repeat.seed == 0} for arm, runs in arms.items()}


def test_one_repeat_is_compared_over_its_images(arms):
    found = compare_arms(first_only(arms), reference="baseline", classes=["background", "crack"], resamples=200)
    test = found["arms"]["better"]["f1"]
    expected = measure(scores_with(0.05, 0), ["f1"])["f1"] - measure(scores_with(0.2, 0), ["f1"])["f1"]
    assert test["difference"] == pytest.approx(expected)
    assert 0 < test["low"] < test["difference"] < test["high"]
    assert test["p_value"] < 0.05 and test["over"] == "images"


def test_several_repeats_are_compared_over_the_repeats(arms):
    found = compare_arms(arms, reference="baseline", classes=["background", "crack"], resamples=100)
    test = found["arms"]["better"]["f1"]
    assert test["over"] == "repeats" and len(test["repeats"]) == 3
    assert test["difference"] == pytest.approx(np.mean(test["repeats"]))
    assert test["low"] < min(test["repeats"]) and test["high"] > max(test["repeats"])


def test_the_reference_is_not_compared_with_itself(arms):
    found = compare_arms(arms, reference="baseline", classes=["background", "crack"], resamples=100)
    assert list(found["arms"]) == ["better"]
