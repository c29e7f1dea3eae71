import csv

import cv2
import numpy as np
import pytest

from hairline import io
from hairline.config import Params
from hairline.errors import InputError
from hairline.report.study.curves import write_curves
from hairline.report.study.gallery import overlay_names, write_overlays
from hairline.report.study.overlay import FALSE_ALARM, FOUND, MISSED, choose_pictures, draw_overlay
from hairline.report.study.published import PUBLISHED
from hairline.report.study.results import read_study
from hairline.report.study.speed import engines_of
from hairline.report.study.study_page import study_page, summarise
from hairline.report.study.study_table import line_table, machine_table, study_table
from hairline.report.study.tables import Table, with_interval
from tests.report.made import fail_engine, make_results


@pytest.fixture
def results(tmp_path, params):
    """Three seeds of the demo's two studies, and one of them tested on a second data set."""
    values = params.model_dump(mode="json")
    values["kd"] |= {"seeds": [0, 1, 2], "temperatures": [5, 10], "strategies": ["standard"]}
    values["datasets"]["cfd"] = values["datasets"]["synthetic"]
    values["compare"]["test_on"] = ["cfd"]
    values["evaluate"]["bootstrap"] = 100
    several = Params.model_validate(values)
    return make_results(tmp_path, several), several


def read(results, study="distill", **changes):
    """Its results, as if it had been scored with these changes of its section."""
    root, params = results
    if changes:
        section = params.study(study).model_copy(update=changes)
        io.write_json(root / "reports/metrics" / study / "section.json", section.model_dump(mode="json"), sort=False)
    return read_study(study, metrics=root / "reports/metrics" / study, runs=root / "data/runs" / study)


def test_one_repeat_quotes_the_interval_over_images(results):
    study = read(results, seeds=[0])
    value, interval = study.arms[0].score("f1")
    assert value == study.arms[0].first.scores["classes"]["crack"]["f1"]
    assert list(interval) == study.arms[0].first.metrics["intervals"]["classes"]["crack"]["f1"]


def test_several_repeats_quote_their_mean_and_students_interval(results):
    arm = read(results).arms[1]
    values = [run.scores["classes"]["crack"]["f1"] for run in arm.runs]
    value, (low, high) = arm.score("f1")
    assert value == pytest.approx(np.mean(values))
    # t of 2 degrees of freedom is 4.3027
    assert (high - low) / 2 == pytest.approx(4.3027 * np.std(values, ddof=1) / 3**0.5, rel=1e-3)


def test_the_best_arm_is_the_one_that_val_prefers(results):
    study = read(results)
    assert study.best("f1").name == max(study.arms, key=lambda arm: arm.val("f1")).name == "chosen"


def test_the_table_holds_every_arm_its_difference_and_its_cost(results):
    study = read(results)
    rows = {row["run"]: row for row in study_table(study).rows}
    assert list(rows) == ["teacher", "baseline", "standard-T5", "standard-T10", "chosen"]
    assert rows["baseline"]["F1 at 2 px minus baseline"] == "reference"
    test = study.difference("chosen", "f1_2px")
    expected = f"{test['difference']:+.3f} [{test['low']:+.3f}, {test['high']:+.3f}]"
    assert rows["chosen"]["F1 at 2 px minus baseline"] == expected
    assert rows["chosen"]["parameters"] == study.arms[-1].first.metrics["parameters"]
    assert rows["chosen"]["MB"] == "0.14"
    assert rows["chosen"]["ms at 64 px, 1 CPU thread, torch f32"] == "9.0 (p95 10.5)"
    assert rows["chosen"]["ms at 64 px, 1 CPU thread, openvino f32"] == "7.0 (p95 8.5)"


def test_the_bare_numbers_hold_size_and_times_of_each_engine(results):
    study = read(results)
    for row, arm in zip(machine_table(study).rows, study.arms, strict=True):
        assert row["weights_bytes"] == arm.first.metrics["weights_bytes"]
        for engine in arm.first.speed["engines"]:
            assert row[f"{engine['name']}_median_ms"] == engine["median_ms"]
            assert row[f"{engine['name']}_p95_ms"] == engine["p95_ms"]


def test_lt_iou_has_a_column_a_tolerance_on_the_page_and_as_bare_numbers(results):
    study = read(results)
    table = line_table(study)
    assert list(table.columns) == ["run", "0 px", "2 px", "4 px", "8 px"]
    for row, bare, arm in zip(table.rows, machine_table(study).rows, study.arms, strict=True):
        for reach in (0, 2, 4, 8):
            value, (low, high) = arm.score(f"lt_iou_{reach}px")
            assert row[f"{reach} px"] == f"{value:.3f} [{low:.3f}, {high:.3f}]"
            name = f"lt_iou_{reach}px"
            assert [bare[name], bare[f"{name}_low"], bare[f"{name}_high"]] == [value, low, high]
    page = study_page(study, PUBLISHED["distill"])
    section = page.split("## lt-IoU by tolerance")[1].split("\n## ")[0]
    assert "Of the class `crack`" in section and "within so many pixels" in section
    assert table.markdown() in section


def test_arms_of_one_reference_stand_against_each_other_on_the_page(results):
    study = read(results)
    test = next(test for test in study.siblings if (test["arm"], test["minus"]) == ("chosen", "standard-T5"))
    ours, theirs = ([run.scores["classes"]["crack"]["f1_2px"] for run in study.arms[at].runs] for at in (4, 2))
    assert test["difference"] == pytest.approx(np.mean(ours) - np.mean(theirs), abs=1e-5)
    section = study_page(study, PUBLISHED["distill"]).split("## Against each other")[1].split("\n## ")[0]
    row = next(line for line in section.splitlines() if line.startswith("| chosen") and "standard-T5" in line)
    assert f"{test['difference']:+.3f} [{test['low']:+.3f}, {test['high']:+.3f}]" in row


def test_a_study_of_one_arm_has_nothing_to_set_against_each_other(results):
    study = read(results, "compare")
    assert not study.siblings and "## Against each other" not in study_page(study, PUBLISHED["compare"])


def test_one_engine_is_one_column(tmp_path, params):
    latency = params.evaluate.latency.model_copy(update={"engines": ["openvino"]})
    one = params.model_copy(update={"evaluate": params.evaluate.model_copy(update={"latency": latency})})
    study = read((make_results(tmp_path, one), one), "compare")
    assert [name for name in study_table(study).columns if name.startswith("ms")] == [
        "ms at 64 px, 1 CPU thread, openvino f32"
    ]
    assert engines_of([study.arms[0].first]) == {"openvino": "openvino f32"}


def test_an_engine_that_failed_is_not_available_and_its_reason_stands_below(results):
    fail_engine(results[0], "openvino")
    study = read(results)
    rows = study_table(study).rows
    assert {row["ms at 64 px, 1 CPU thread, openvino f32"] for row in rows} == {"n/a"}
    assert rows[0]["ms at 64 px, 1 CPU thread, torch f32"] == "10.0 (p95 11.5)"
    assert "teacher-s0-f0 by openvino f32: no rule for aten.odd" in study_page(study, PUBLISHED["distill"])


def test_times_without_engines_are_named_with_what_to_run(results):
    io.write_json(results[0] / "reports/metrics/distill/teacher-s1-f0.speed.json", {"median_ms": 4.0})
    with pytest.raises(InputError, match=r"teacher-s1-f0\.speed\.json: has no engines.*evaluate@distill"):
        read(results)


def test_markdown_and_csv_agree(results, tmp_path):
    study = read(results)
    machine_table(study).write_csv(tmp_path / "table.csv")
    with (tmp_path / "table.csv").open() as file:
        rows = list(csv.DictReader(file))
    markdown = study_table(study).markdown()
    for row, arm in zip(rows, study.arms, strict=True):
        value, interval = arm.score("f1")
        assert float(row["f1"]) == pytest.approx(value, rel=1e-5)
        assert with_interval(value, interval) in markdown


def test_the_page_quotes_published_figures_with_their_source_and_what_differs(results):
    page = study_page(read(results), PUBLISHED["distill"])
    for published in PUBLISHED["distill"]:
        assert published.source in page and published.differs in page


def test_the_summary_names_each_arm(results):
    study = read(results)
    assert list(summarise(study)) == [arm.name for arm in study.arms]


def test_a_missing_metrics_file_is_named_with_what_to_run(results):
    (results[0] / "reports/metrics/distill/standard-T10-s0-f0.json").unlink()
    with pytest.raises(InputError, match=r"standard-T10-s0-f0\.json.*dvc repro"):
        read(results)


def test_a_metrics_file_without_scores_is_named_with_what_to_run(results):
    io.write_json(results[0] / "reports/metrics/distill/standard-T10-s0-f0.json", {"network": "mcff"})
    with pytest.raises(InputError, match=r"standard-T10-s0-f0\.json: has no arguments.*evaluate@distill"):
        read(results)


def test_an_arm_scored_on_another_dataset_has_files_of_its_own(results):
    study = read(results, "compare")
    own, other = study.arms
    assert (own.dataset, other.dataset) == ("synthetic", "cfd")
    assert other.first.name == "hrsegnet-synthetic-s0-f0@cfd"
    assert other.first.trained == own.first.trained
    assert study.difference(other.name, "f1") is None


def test_a_cell_cannot_break_the_table():
    assert r"a\|b" in Table(["x"], [{"x": "a|b"}]).markdown()


def test_an_overlay_colours_right_wrong_and_missed_pixels():
    image = np.full((4, 4, 3), 128, np.uint8)
    mask = np.zeros((4, 4), np.uint8)
    prediction = np.zeros((4, 4), np.uint8)
    mask[0, 0], prediction[0, 0] = 1, 1
    mask[1, 1] = 1
    prediction[2, 2] = 1
    mask[3, 3], prediction[3, 3] = 255, 1
    drawn = draw_overlay(image, mask, prediction)[:4, 4 + 4 :]
    assert tuple(drawn[0, 0]) == FOUND
    assert tuple(drawn[1, 1]) == MISSED
    assert tuple(drawn[2, 2]) == FALSE_ALARM
    assert tuple(drawn[3, 3]) == tuple(drawn[0, 3]), "ignored pixels are shown as photograph"


def test_overlays_are_the_worst_and_then_from_bad_to_good():
    ids = [f"p{index}" for index in range(10)]
    scores = [index / 10 for index in range(10)]
    chosen = choose_pictures(ids, scores, count=6)
    assert chosen[:3] == ["p0", "p1", "p2"]
    assert chosen[3:] == ["p3", "p6", "p9"]


def test_pictures_without_a_score_come_last_and_few_pictures_are_all_shown():
    assert choose_pictures(["a", "b"], [None, 0.3], count=6) == ["b", "a"]


def test_a_tiny_picture_still_gets_its_legend():
    overlay = draw_overlay(np.zeros((8, 8, 3), np.uint8), np.zeros((8, 8), np.uint8), np.zeros((8, 8), np.uint8))
    assert overlay.shape == (8 + 18, 20, 3)
    assert cv2.imencode(".png", overlay)[0]


def test_learning_curves_stand_side_by_side_by_epoch(results, tmp_path):
    write_curves(tmp_path / "curves.csv", read(results, temperatures=[5]), figure="val_f1")
    with (tmp_path / "curves.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["epoch", "teacher", "baseline", "standard-T5", "chosen"]
    assert [row["epoch"] for row in rows] == ["1", "3", "5"], "epochs without a validation have no row"
    assert float(rows[-1]["teacher"]) == 0.75


def test_overlays_are_drawn_for_the_first_repeat_of_each_arm(results, tmp_path):
    root, _ = results
    study = read(results)
    write_overlays(
        tmp_path / "overlays", study, predictions=root / "data/predictions/distill", prepared=root / "data/prepared",
        count=3,
    )  # fmt: skip
    assert sorted(path.name for path in (tmp_path / "overlays").iterdir()) == sorted(
        arm.first.name for arm in study.arms
    )
    for arm in study.arms:
        drawn = sorted(path.name for path in (tmp_path / "overlays" / arm.first.name).iterdir())
        assert drawn == list(overlay_names(arm.first, count=3).values())
