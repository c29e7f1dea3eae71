import csv

import cv2
import numpy as np
import pytest

from hairline import io
from hairline.config import Repeat
from hairline.errors import InputError
from hairline.report.curves import write_curves
from hairline.report.overlay import FALSE_ALARM, FOUND, MISSED, choose_pictures, draw_overlay
from hairline.report.published import PUBLISHED
from hairline.report.results import read_arms
from hairline.report.study_page import study_page, summarise
from hairline.report.study_table import machine_table, study_table
from hairline.report.tables import Table, with_interval

ARMS = {"baseline": "student without a teacher", "standard-T10": "standard at T = 10"}


def write_run(folder, name, f1):
    crack = {"precision": 0.8, "recall": 0.7, "f1": f1, "iou": 0.6, "f1_2px": f1 + 0.1, "cldice": None, "ap": 0.5}
    crack |= {"m_f1": 0.9, "m_iou": 0.8}
    scores = {"images": 4, "crack_free_images": 1, "mean_iou": 0.75, "large_false_alarm_images": 0.0}
    run = {
        "arm": "x", "dataset": "tiny", "network": "mcff", "arguments": {"width": 2}, "threshold": 0.5,
        "parameters": 12345, "macs": 2_500_000, "macs_at": 64,
        "scores": scores | {"classes": {"background": {}, "crack": crack}},
        "intervals": {"mean_iou": [0.7, 0.8], "classes": {"crack": {"f1": [f1 - 0.05, f1 + 0.05]}}},
    }  # fmt: skip
    io.write_json(folder / f"{name}.json", run)
    io.write_json(folder / f"{name}.speed.json", {"median_ms": 3.0, "p95_ms": 4.5, "size": 64, "threads": 1})


@pytest.fixture
def metrics(tmp_path):
    for arm, f1 in (("baseline", 0.6), ("standard-T10", 0.7)):
        for seed in (0, 1, 2):
            write_run(tmp_path, f"{arm}-s{seed}-f0", f1 + 0.01 * seed)
    return tmp_path


COMPARISON = {
    "reference": "baseline",
    "arms": {"standard-T10": {"f1_2px": {"difference": 0.1, "low": 0.05, "high": 0.15, "p_value": 0.01}}},
}


def test_one_repeat_quotes_the_interval_over_images(metrics):
    arms = read_arms(metrics, ARMS, [Repeat(0, 0)])
    value, interval = arms[0].score("f1")
    assert value == 0.6
    assert list(interval) == pytest.approx([0.55, 0.65])


def test_several_repeats_quote_their_mean_and_students_interval(metrics):
    arms = read_arms(metrics, ARMS, [Repeat(seed, 0) for seed in (0, 1, 2)])
    value, (low, high) = arms[1].score("f1")
    assert value == pytest.approx(0.71)
    # t of 2 degrees of freedom is 4.303, the deviation 0.01
    assert (high - low) / 2 == pytest.approx(4.3027 * 0.01 / 3**0.5, rel=1e-3)


def test_the_table_holds_every_arm_its_difference_and_its_cost(metrics):
    arms = read_arms(metrics, ARMS, [Repeat(0, 0)])
    baseline, standard = study_table(arms, COMPARISON).rows
    assert baseline["F1 at 2 px minus baseline"] == "reference"
    assert standard["F1 at 2 px minus baseline"] == "+0.100 [+0.050, +0.150], p = 0.010"
    assert standard["parameters"] == 12345
    assert standard["clDice"] == "n/a"
    assert standard["ms at 64 px, 1 thread"] == "3.0 (p95 4.5)"


def test_markdown_and_csv_agree(metrics, tmp_path):
    arms = read_arms(metrics, ARMS, [Repeat(0, 0)])
    machine_table(arms, COMPARISON).write_csv(tmp_path / "table.csv")
    with (tmp_path / "table.csv").open() as file:
        rows = list(csv.DictReader(file))
    markdown = study_table(arms, COMPARISON).markdown()
    for row, arm in zip(rows, arms, strict=True):
        value, interval = arm.score("f1")
        assert float(row["f1"]) == value
        assert with_interval(value, interval) in markdown


def test_the_page_quotes_published_figures_with_their_source_and_what_differs(metrics):
    page = study_page("Title", read_arms(metrics, ARMS, [Repeat(0, 0)]), COMPARISON, PUBLISHED["distill"])
    for published in PUBLISHED["distill"]:
        assert published.source in page and published.differs in page


def test_the_summary_names_each_arm(metrics):
    assert set(summarise(read_arms(metrics, ARMS, [Repeat(0, 0)]))) == set(ARMS)


def test_a_missing_metrics_file_is_named_with_what_to_run(metrics):
    (metrics / "standard-T10-s0-f0.json").unlink()
    with pytest.raises(InputError, match=r"standard-T10-s0-f0\.json.*dvc repro"):
        read_arms(metrics, ARMS, [Repeat(0, 0)])


def test_an_arm_scored_on_another_dataset_has_files_of_its_own(tmp_path):
    write_run(tmp_path, "hrsegnet-s0-f0@cfd", 0.5)
    (arm,) = read_arms(tmp_path, {"hrsegnet@cfd": "tested on cfd"}, [Repeat(0, 0)])
    assert arm.score("f1")[0] == 0.5


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


def test_learning_curves_stand_side_by_side_by_epoch(tmp_path):
    for arm, values in {"a": {2: 0.5, 4: 0.6}, "b": {1: 0.2, 2: 0.3}}.items():
        rows = [{"epoch": epoch, "val_f1": values.get(epoch)} for epoch in range(1, 5)]
        io.write_csv(tmp_path / arm / "history.csv", rows)
    write_curves(tmp_path / "curves.csv", {"a": tmp_path / "a", "b": tmp_path / "b"}, figure="val_f1")
    assert (tmp_path / "curves.csv").read_text() == "epoch,a,b\n1,,0.2\n2,0.5,0.3\n4,0.6,\n"
