import re
import subprocess
import sys
from pathlib import Path

import pytest

from hairline import io
from hairline.config import Params
from hairline.report.study.card import write_cards
from hairline.report.study.results import read_study
from tests.report.made import fail_engine, make_results

ROOT = Path(__file__).parents[3]
SOURCE = {"licence": "CC BY 4.0", "citation": "A. Author: Cracks | more. 2020", "address": "https://example.org"}
CLASSES = ("background", "crack", "=1+1 a/b `c`")


def made(root, params, study="compare", *, classes=("background", "crack"), networks=False, images=6, **changes):
    values = params.model_dump(mode="json")
    values["compare" if study == "compare" else "kd"] |= changes
    values["datasets"]["cfd"] = values["datasets"]["synthetic"] | {"source": "folder", "options": {"path": "."}}
    values["studies"] = {study: values["studies"][study]}
    values["evaluate"]["bootstrap"] = 100
    chosen = Params.model_validate(values)
    make_results(root, chosen, classes=classes, networks=networks, images=images)
    return chosen


def cards(root, params, study="compare"):
    results = read_study(study, metrics=root / "reports/metrics" / study)
    sources = {name: dataset.source for name, dataset in params.datasets.items()}
    write_cards(root / "cards", results, sources=sources, prepared=root / "data/prepared")
    return results, {path.stem: path.read_text() for path in sorted((root / "cards").iterdir())}


def test_each_trained_network_has_one_card_and_other_data_sets_stand_in_it(tmp_path, params):
    results, found = cards(tmp_path, made(tmp_path, params, seeds=[0, 1], test_on=["cfd"]))
    assert list(found) == ["hrsegnet-synthetic-s0-f0", "hrsegnet-synthetic-s1-f0"]
    elsewhere = results.arms[1].first
    assert "On the test split of `cfd`" in found["hrsegnet-synthetic-s0-f0"]
    assert f"{elsewhere.score('f1', 'crack'):.3f}" in found["hrsegnet-synthetic-s0-f0"]
    assert (
        "Tested also on `cfd`" in found["hrsegnet-synthetic-s0-f0"]
        and "One of 2 repeats" in found["hrsegnet-synthetic-s0-f0"]
    )


def test_the_card_says_what_the_results_say(tmp_path, params):
    io.write_json(tmp_path / "data/prepared/synthetic/source.json", SOURCE)
    results, found = cards(tmp_path, made(tmp_path, params))
    run, (text,) = results.arms[0].first, found.values()
    low, high = run.interval("f1", "crack")
    assert f"{run.score('f1', 'crack'):.3f} [{low:.3f}, {high:.3f}]" in text
    assert run.metrics["weights_sha256"] in text
    for said in ("CC BY 4.0", r"A. Author: Cracks \| more. 2020", "https://example.org", "10 pictures", "adamw"):
        assert said in text
    assert "Val chose the threshold, 0.500" in text and "F1 0.750" in text


def test_the_card_of_a_refit_says_that_val_was_trained_on_when_it_had_chosen(tmp_path, params):
    chosen = made(tmp_path, params)
    path = tmp_path / "reports/metrics/compare/hrsegnet-synthetic-s0-f0.run.json"
    io.write_json(path, io.read_json(path) | {"refit": 1})
    (text,) = cards(tmp_path, chosen)[1].values()
    assert "10 pictures, and once more with the" in text
    assert "before all of them were trained on" in text and "whose weights were kept" not in text


def test_the_card_of_a_refit_in_turns_says_that_all_pictures_chose_and_by_whom_each_was_seen(tmp_path, params):
    chosen = made(tmp_path, params)
    path = tmp_path / "reports/metrics/compare/hrsegnet-synthetic-s0-f0.run.json"
    record = io.read_json(path)
    io.write_json(path, record | {"refit": 3})
    (text,) = cards(tmp_path, chosen)[1].values()
    both = record["images"]["train"] + record["images"]["val"]
    assert f"{both} pictures, when 3 networks, each without a part of them, had chosen the threshold" in text
    assert f"the same {both} pictures, each by the one of these 3 networks that had not seen it" in text
    assert "On pictures held out in turn" in text and "They chose the threshold, 0.500" in text


def test_the_card_tells_the_size_of_the_file_and_the_time_by_each_engine(tmp_path, params):
    chosen = made(tmp_path, params)
    fail_engine(tmp_path, "openvino")
    results, found = cards(tmp_path, chosen)
    run, (text,) = results.arms[0].first, found.values()
    assert f"model.safetensors, {run.metrics['weights_bytes'] / 1e6:.2f} MB" in text
    took = run.speed["engines"][0]
    assert f"{took['median_ms']:.1f} ms (p95 {took['p95_ms']:.1f}) for a picture of 64 px, 1 CPU thread" in text
    assert "time, openvino f32" in text and "not measured: no rule for aten.odd" in text


def test_without_a_source_file_nothing_is_claimed(tmp_path, params):
    _, found = cards(tmp_path, made(tmp_path, params))
    assert found["hrsegnet-synthetic-s0-f0"].count("not stated") == 3


def test_drawn_pictures_are_named_as_a_limit_and_photographs_are_not(tmp_path, params):
    for dataset, expected in (("synthetic", True), ("cfd", False)):
        root = tmp_path / dataset
        _, found = cards(root, made(root, params, datasets=[dataset]))
        assert ("drawn pictures only" in found[f"hrsegnet-{dataset}-s0-f0"]) is expected


def test_false_alarms_are_counted_on_pictures_without_a_crack(tmp_path, params):
    results, found = cards(tmp_path, made(tmp_path, params))
    run = results.arms[0].first
    assert run.scores["crack_free_images"] == 1
    assert "False alarms: of 1 test pictures without a crack" in found[run.name]
    path = run.scored / f"{run.name}.json"
    content = io.read_json(path)
    content["scores"] |= {"crack_free_images": 0, "large_false_alarm_images": None, "false_alarm_images": None}
    io.write_json(path, content)
    _, found = cards(tmp_path, params)
    assert "no picture without a crack" in found[run.name] and "False alarms" not in found[run.name]


def test_the_quarter_with_the_fewest_pixels_is_scored_by_its_summed_counts(tmp_path, params):
    chosen = made(tmp_path, params)
    results, _ = cards(tmp_path, chosen)
    run = results.arms[0].first
    rows = [
        {"id": str(place), "crack_support_pixels": 10 * place, "crack_fp": place, "crack_fn": 5} for place in range(9)
    ]
    io.write_csv(run.scored / f"{run.name}.csv", rows)
    _, found = cards(tmp_path, chosen)
    # 8 pictures with a crack; the two least hold 10 and 20 pixels, of which 5 and 15 are found, with 1 + 2 false ones
    assert f"(2 pictures, at most 20 pixels) F1 is {2 * 20 / (2 * 20 + 3 + 10):.3f}" in found[run.name]


def test_few_pictures_say_nothing_of_a_quarter(tmp_path, params):
    _, found = cards(tmp_path, made(tmp_path, params, images=6))
    assert "quarter" not in found["hrsegnet-synthetic-s0-f0"]


def test_an_absent_class_is_named_as_unknown(tmp_path, params):
    chosen = made(tmp_path, params, classes=CLASSES)
    path = tmp_path / "reports/metrics/compare/hrsegnet-synthetic-s0-f0.json"
    content = io.read_json(path)
    content["scores"]["classes"][CLASSES[2]] |= {"support_images": 0, "found_images": None, "f1": None}
    io.write_json(path, content)
    _, found = cards(tmp_path, chosen)
    text = found["hrsegnet-synthetic-s0-f0"]
    assert "no true pixel of `=1+1 a/b 'c'`" in text and "n/a" in text
    assert "there is no threshold" in text


def test_each_class_is_named_with_its_threshold_where_val_chose_them(tmp_path, params):
    chosen = made(tmp_path, params, classes=CLASSES)
    path = tmp_path / "reports/metrics/compare/hrsegnet-synthetic-s0-f0.json"
    io.write_json(path, io.read_json(path) | {"thresholds": [0.25, 0.75]})
    _, found = cards(tmp_path, chosen)
    text = found["hrsegnet-synthetic-s0-f0"]
    assert "Val chose the thresholds (`crack` 0.250, `=1+1 a/b 'c'` 0.750)" in text
    assert "there is no threshold" not in text


def test_equal_results_give_equal_bytes_and_old_cards_go(tmp_path, params):
    chosen = made(tmp_path, params)
    _, first = cards(tmp_path, chosen)
    (tmp_path / "cards" / "old.md").write_text("of a run that is gone")
    _, second = cards(tmp_path, chosen)
    assert first == second


@pytest.mark.parametrize("classes", [("background", "crack"), CLASSES])
def test_the_example_of_a_card_runs_as_it_stands(tmp_path, params, classes):
    _, found = cards(tmp_path, made(tmp_path, params, classes=classes, networks=True))
    (example,) = re.findall(r"```python\n(.*?)```", found["hrsegnet-synthetic-s0-f0"], re.DOTALL)
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{example}\nassert prediction.shape == (48, 48)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"\d+\.\d\d% of the pixels are no background\n", done.stdout)


def test_every_arm_of_a_distillation_has_a_card(tmp_path, params):
    chosen = made(tmp_path, params, "distill", temperatures=[5], strategies=["standard"])
    _, found = cards(tmp_path, chosen, "distill")
    assert list(found) == ["baseline-s0-f0", "chosen-s0-f0", "standard-T5-s0-f0", "teacher-s0-f0"]
