"""The scan of a run's layers on val pictures, its table and its figure."""

import pytest

from hairline import io
from hairline.config import Repeat, ScanParams
from hairline.methods.teaching.supervised import plan_supervised
from hairline.methods.teaching.train import train
from hairline.methods.teaching.training import Training
from hairline.prune.survey import survey
from hairline.report.figures.sensitivity import sensitivity, write_sensitivity


@pytest.fixture
def parent(tiny_run, tiny_settings, prepared, tmp_path):
    model = tiny_run.model.model_copy(update={"name": "hrsegnet", "arguments": {"width": 4, "depth": 1}})
    training = Training(tiny_run.model_copy(update={"model": model}), tiny_settings, prepared, Repeat(0, 0))
    method, create_step = plan_supervised(tiny_settings)
    train(training, tmp_path / "parent", method=method, create_step=create_step)
    return tmp_path / "parent"


@pytest.fixture
def folder(parent, prepared, tiny_settings, tmp_path):
    params = ScanParams(criterion="taylor", ratios=[0.25, 0.5], pictures=2)
    before = (parent / "model.safetensors").read_bytes()
    survey(parent, prepared, tmp_path / "scan/sensitivity.csv", fold=0, params=params, settings=tiny_settings)
    assert (parent / "model.safetensors").read_bytes() == before
    write_sensitivity(tmp_path / "scan", about="parent")
    return tmp_path / "scan"


def test_the_whole_network_comes_first_and_then_each_layer_at_each_ratio(folder):
    whole, *cut = io.read_csv(folder / "sensitivity.csv")
    assert (whole["group"], whole["ratio"]) == ("", "0")
    groups = list(dict.fromkeys(row["group"] for row in cut))
    assert [(row["group"], row["ratio"]) for row in cut] == [(g, ratio) for g in groups for ratio in ("0.25", "0.5")]
    assert len(groups) > 5
    for row in cut:
        assert 0 < int(row["kept"]) <= int(row["width"]) and 0 <= float(row["iou"]) <= 1


def test_the_figure_marks_each_of_them_and_the_whole_network_as_a_line(folder):
    rows = io.read_csv(folder / "sensitivity.csv")
    panel = sensitivity(rows, about="parent").axes[0]
    line, *marks = panel.get_lines()
    assert set(line.get_xdata()) == {float(rows[0]["iou"])}
    drawn = sorted(value for mark in marks for value in mark.get_xdata())
    assert drawn == sorted(float(row["iou"]) for row in rows[1:])
    assert {path.name for path in folder.iterdir()} == {"sensitivity.csv", "sensitivity.svg", "sensitivity.png"}
