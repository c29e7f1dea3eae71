import numpy as np
import pytest

from hairline.config import ArmPlan, Repeat
from hairline.methods.comparison import compare_arms
from hairline.methods.evaluation import Task, save_scores
from hairline.metrics import measure, score_image


def scores_with(error_share, seed):
    random = np.random.default_rng(seed)
    scores = []
    for index in range(12):
        mask = (np.random.default_rng(index).random((24, 24)) < 0.2).astype(np.uint8)
        wrong = random.random(mask.shape) < error_share
        scores.append(score_image(mask ^ wrong, mask, classes=2, tolerances=(2,), lines=False, id=str(index)))
    return scores


BASELINE = ArmPlan("baseline", "", "tiny")
BETTER = ArmPlan("better", "", "tiny", reference="baseline")
BEST = ArmPlan("best", "", "tiny", reference="baseline")
ALONE = ArmPlan("alone", "", "elsewhere")


@pytest.fixture
def folders(tmp_path):
    made = {}
    for arm, error in ((BASELINE, 0.2), (BETTER, 0.05), (BEST, 0.02), (ALONE, 0.1)):
        for seed in (0, 1, 2):
            folder = tmp_path / f"{arm.name}-{seed}"
            folder.mkdir()
            save_scores(folder / "scores.npz", scores_with(error, seed))
            made[Task(arm, Repeat(seed, 0), folder, folder)] = folder
    return made


def first_only(folders):
    return {task: folder for task, folder in folders.items() if task.repeat.seed == 0}


def test_one_repeat_is_compared_over_its_images(folders):
    test = compare_arms(first_only(folders), resamples=200)["to_reference"]["better"]["f1"]
    expected = measure(scores_with(0.05, 0), ["f1"])["f1"] - measure(scores_with(0.2, 0), ["f1"])["f1"]
    assert test["difference"] == pytest.approx(expected)
    assert 0 < test["low"] < test["difference"] < test["high"]
    assert test["p_value"] < 0.05 and test["over"] == "images"


def test_several_repeats_are_compared_over_the_repeats(folders):
    test = compare_arms(folders, resamples=100)["to_reference"]["better"]["f1"]
    assert test["over"] == "repeats" and len(test["repeats"]) == 3
    assert test["difference"] == pytest.approx(np.mean(test["repeats"]))
    assert test["low"] < min(test["repeats"]) and test["high"] > max(test["repeats"])


def test_only_an_arm_that_names_another_is_compared_and_says_with_which(folders):
    found = compare_arms(folders, resamples=100)["to_reference"]
    assert list(found) == ["better", "best"] and found["better"]["reference"] == "baseline"


def test_those_of_one_reference_are_compared_with_each_other_by_the_headline(folders):
    (found,) = compare_arms(first_only(folders), resamples=200)["to_each_other"]
    assert (found["arm"], found["minus"], found["score"]) == ("best", "better", "f1_2px")
    expected = measure(scores_with(0.02, 0), ["f1_2px"])["f1_2px"] - measure(scores_with(0.05, 0), ["f1_2px"])["f1_2px"]
    assert found["difference"] == pytest.approx(expected) and found["over"] == "images"


def test_an_arm_that_lost_a_repeat_is_compared_on_the_others(folders):
    del folders[next(task for task in folders if task.arm == BEST)]
    found = compare_arms(folders, resamples=100)["to_each_other"]
    assert [(len(test["repeats"]), test["over"]) for test in found] == [(2, "repeats")]
    only = {task: folder for task, folder in folders.items() if task.arm != BEST or task.repeat.seed == 5}
    assert compare_arms(only, resamples=100)["to_each_other"] == []
