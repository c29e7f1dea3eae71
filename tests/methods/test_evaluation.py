import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from hairline.config import ArmPlan, Repeat
from hairline.data.loading.store import open_store
from hairline.data.manifest import choose_split, read_manifest, write_classes
from hairline.data.predictions import read_prediction
from hairline.engine import load_run
from hairline.errors import InputError
from hairline.io import sha256_of
from hairline.methods.evaluation import Task, evaluate, load_scores
from hairline.methods.scoring import decide
from hairline.methods.study import evaluate_study, tasks_of
from hairline.metrics import measure, pool
from tests.methods.runs import save_random_run


@pytest.fixture
def settings(params):
    latency = params.evaluate.latency.model_copy(update={"engines": ["torch"], "size": 32, "warmup": 1, "runs": 2})
    return params.evaluate.model_copy(update={"bootstrap": 100, "latency": latency})


def task_of(run: Path, prepared: Path) -> Task:
    return Task(ArmPlan("arm", "", prepared.name), Repeat(0, 0), run, prepared)


def test_the_scores_are_those_of_the_pictures_it_wrote(settings, tiny_settings, prepared, tmp_path):
    run = save_random_run(tmp_path / "run")
    evaluate(task_of(run, prepared), tmp_path / "out", params=settings, settings=tiny_settings)
    samples = read_manifest(prepared)
    store = open_store(prepared, samples)
    true_positives = false_positives = false_negatives = 0
    for sample in choose_split(samples, 0)["test"]:
        prediction = read_prediction(tmp_path / "out/predictions.zip", sample.id)
        mask = store.mask(sample.id)
        true_positives += int(((prediction == 1) & (mask == 1)).sum())
        false_positives += int(((prediction == 1) & (mask == 0)).sum())
        false_negatives += int(((prediction == 0) & (mask == 1)).sum())
    found = json.loads((tmp_path / "out/metrics.json").read_text())
    crack = found["scores"]["classes"]["crack"]
    assert (crack["tp"], crack["fp"], crack["fn"]) == (true_positives, false_positives, false_negatives)
    f1 = 2 * true_positives / (2 * true_positives + false_positives + false_negatives)
    assert crack["f1"] == pytest.approx(f1, rel=1e-5)
    low, high = found["intervals"]["classes"]["crack"]["f1"]
    assert low <= f1 <= high


def test_a_network_that_was_trained_on_val_is_not_scored_on_it(settings, tiny_settings, prepared, tmp_path):
    run = save_random_run(tmp_path / "run", record={"refit": 1, "data": sha256_of(prepared / "manifest.csv")})
    on_val = settings.model_copy(update={"split": "val"})
    with pytest.raises(InputError, match=r"trained on train and val \(refit: 1\)"):
        evaluate(task_of(run, prepared), tmp_path / "val", params=on_val, settings=tiny_settings)
    assert not (tmp_path / "val").exists()
    evaluate(task_of(run, prepared), tmp_path / "test", params=settings, settings=tiny_settings)
    of_others = save_random_run(tmp_path / "others", record={"refit": 1, "data": "of another data set"})
    evaluate(task_of(of_others, prepared), tmp_path / "others-val", params=on_val, settings=tiny_settings)


def test_it_says_how_large_the_file_is(settings, tiny_settings, prepared, tmp_path):
    run = save_random_run(tmp_path / "run")
    evaluate(task_of(run, prepared), tmp_path / "out", params=settings, settings=tiny_settings)
    found = json.loads((tmp_path / "out/metrics.json").read_text())
    assert found["weights_bytes"] == (run / "model.safetensors").stat().st_size > 4 * found["parameters"]


def test_line_scores_have_an_interval_at_every_tolerance(settings, tiny_settings, prepared, tmp_path):
    run = save_random_run(tmp_path / "run", thresholds=[0.0])
    evaluate(task_of(run, prepared), tmp_path / "out", params=settings, settings=tiny_settings)
    found = json.loads((tmp_path / "out/metrics.json").read_text())
    for reach in (0, 2, 4, 8):
        low, high = found["intervals"]["classes"]["crack"][f"lt_iou_{reach}px"]
        assert low <= found["scores"]["classes"]["crack"][f"lt_iou_{reach}px"] <= high


def test_stored_scores_pool_to_the_published_ones(settings, tiny_settings, prepared, tmp_path):
    run = save_random_run(tmp_path / "run")
    evaluate(task_of(run, prepared), tmp_path / "out", params=settings, settings=tiny_settings)
    pooled = pool(load_scores(tmp_path / "out/scores.npz"), ["background", "crack"])
    found = json.loads((tmp_path / "out/metrics.json").read_text())["scores"]
    assert found["mean_iou"] == pytest.approx(pooled["mean_iou"], rel=1e-5)


def test_the_threshold_is_the_one_that_the_run_brings(settings, tiny_settings, prepared, tmp_path):
    always = save_random_run(tmp_path / "always", thresholds=[0.0])
    evaluate(task_of(always, prepared), tmp_path / "out", params=settings, settings=tiny_settings)
    assert measure(load_scores(tmp_path / "out/scores.npz"), ["recall"])["recall"] == 1


def test_scores_name_the_predictions_they_were_counted_for(settings, tiny_settings, prepared, tmp_path):
    """What draws the predictions is made anew when this name changes, so equal ones share it and others do not."""

    def seal(threshold, out):
        run = save_random_run(tmp_path / f"run-{out}", thresholds=[threshold])
        evaluate(task_of(run, prepared), tmp_path / out, params=settings, settings=tiny_settings)
        return json.loads((tmp_path / out / "metrics.json").read_text())["predictions"]

    assert seal(0.0, "all") == seal(0.0, "again") != seal(1.0, "none")


def test_a_damaged_run_is_refused_before_anything_is_written(settings, tiny_settings, prepared, tmp_path):
    run = save_random_run(tmp_path / "run")
    (run / "model.safetensors").write_bytes(b"")
    with pytest.raises(InputError, match="damaged"):
        evaluate(task_of(run, prepared), tmp_path / "out", params=settings, settings=tiny_settings)
    assert not (tmp_path / "out").exists()


def test_unreadable_scores_say_what_to_run(tmp_path):
    (tmp_path / "scores.npz").write_bytes(b"no")
    with pytest.raises(InputError, match="evaluate stage"):
        load_scores(tmp_path / "scores.npz")


@pytest.mark.parametrize(("threshold", "expected"), [(0.3, 1), (0.5, 0)])
def test_two_classes_are_decided_by_the_threshold(threshold, expected):
    probability = np.array([0.6, 0.4], np.float32).reshape(2, 1, 1)
    assert decide(probability, [threshold])[0, 0] == expected


def test_more_classes_are_decided_by_the_likeliest():
    probability = np.array([0.3, 0.25, 0.45], np.float32).reshape(3, 1, 1)
    assert decide(probability, [])[0, 0] == 2


@pytest.mark.parametrize(
    ("thresholds", "expected"),
    [([0.5, 0.5], 0), ([0.2, 0.5], 1), ([0.2, 0.4], 1), ([0.24, 0.4], 2), ([0.5, 0.45], 2), ([0.0, 0.1], 2)],
)
def test_more_classes_with_thresholds_go_to_the_one_that_is_farthest_above_its_own(thresholds, expected):
    probability = np.array([0.3, 0.25, 0.45], np.float32).reshape(3, 1, 1)
    assert decide(probability, thresholds)[0, 0] == expected


def test_thresholds_of_other_classes_are_refused():
    with pytest.raises(InputError, match="thresholds: 2 of them, but 1 classes"):
        decide(np.zeros((2, 1, 1), np.float32), [0.5, 0.5])


def test_a_study_is_scored_by_its_parameters_not_by_what_lies_on_disk(
    params, settings, tiny_settings, prepared, tmp_path
):
    compare = params.compare.model_copy(update={"datasets": [prepared.name], "networks": ["hrsegnet"], "seeds": [0, 1]})
    study = params.model_copy(update={"compare": compare})
    for seed in (0, 1):
        save_random_run(tmp_path / "runs" / f"hrsegnet-tiny-s{seed}-f0", seed=seed)
    save_random_run(tmp_path / "runs" / "left-over-s0-f0")
    tasks = tasks_of(study, "compare", prepared=prepared.parent, runs=tmp_path / "runs")
    evaluate_study(
        tasks, section=compare, out=tmp_path / "scores", predictions=tmp_path / "predictions", params=settings,
        settings=tiny_settings,
    )  # fmt: skip
    scored = sorted(path.name for path in (tmp_path / "predictions").iterdir())
    assert scored == ["hrsegnet-tiny-s0-f0.zip", "hrsegnet-tiny-s1-f0.zip"]
    assert (tmp_path / "scores" / "comparison.json").exists()
    assert load_run(tmp_path / "runs" / "hrsegnet-tiny-s1-f0").card.thresholds == [0.5]


def test_val_is_scored_where_recipes_are_chosen(settings, tiny_settings, prepared, tmp_path):
    run = save_random_run(tmp_path / "run")
    on_val = settings.model_copy(update={"split": "val"})
    evaluate(task_of(run, prepared), tmp_path / "out", params=on_val, settings=tiny_settings)
    chosen = choose_split(read_manifest(prepared), 0)
    scored = {score.id for score in load_scores(tmp_path / "out/scores.npz")}
    assert scored == {sample.id for sample in chosen["val"]} != {sample.id for sample in chosen["test"]}
    assert json.loads((tmp_path / "out/metrics.json").read_text())["split"] == "val"


def test_a_network_of_other_classes_is_not_scored(settings, tiny_settings, prepared, tmp_path):
    run = save_random_run(tmp_path / "run")
    rusty = shutil.copytree(prepared, tmp_path / "rusty")
    write_classes(rusty, ["background", "rust"])
    with pytest.raises(InputError, match=r"only equal ones can be scored: datasets\.rusty\.split\.keep"):
        evaluate(task_of(run, rusty), tmp_path / "out", params=settings, settings=tiny_settings)


def test_tiles_are_taken_and_answer_nearly_as_whole_pictures_do(settings, tiny_settings, prepared, tmp_path):
    run = save_random_run(tmp_path / "run")
    found = []
    for tile in (0, 32):
        out = tmp_path / f"tiles-{tile}"
        tiled = settings.model_copy(update={"tile": tile})
        evaluate(task_of(run, prepared), out, params=tiled, settings=tiny_settings)
        found.append(measure(load_scores(out / "scores.npz"), ["ap"])["ap"])
    assert found[0] == pytest.approx(found[1], abs=0.1) and found[0] != found[1]
