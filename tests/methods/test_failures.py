"""A sweep goes on past a point that cannot be made, says so everywhere, and ends not 0."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hairline import io
from hairline.config import Params, load_params
from hairline.errors import InputError
from hairline.methods.failures import or_mark, reason_of
from hairline.methods.study import evaluate_study, tasks_of
from hairline.report.study.results import read_study
from hairline.report.study.study_page import study_page
from tests.methods.runs import save_random_run

ROOT = Path(__file__).parents[2]
QUICK = {"engines": ["torch"], "size": 32, "threads": 1, "warmup": 1, "runs": 2}


def refuse():
    raise InputError("a layer would vanish")


def test_a_refusal_is_marked_with_its_reason_and_told(tmp_path, capsys):
    or_mark(tmp_path / "l1-s0-f0", refuse)
    assert reason_of(tmp_path / "l1-s0-f0") == "a layer would vanish"
    assert "failed: l1-s0-f0: a layer would vanish" in capsys.readouterr().err


def test_a_crash_is_no_refusal_and_marks_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError):
        or_mark(tmp_path / "run", lambda: 1 / 0)
    assert not (tmp_path / "run").exists()


def test_of_several_processes_the_main_one_marks(tmp_path):
    or_mark(tmp_path / "run", refuse, is_main=False)
    assert not (tmp_path / "run").exists()


def test_what_was_made_has_no_reason(tmp_path):
    or_mark(tmp_path / "run", lambda: (tmp_path / "run").mkdir())
    assert reason_of(tmp_path / "run") is None


@pytest.fixture
def params() -> Params:
    values = load_params(ROOT / "params.yaml").model_dump(mode="json")
    values["studies"] = {"prune": "prune"}
    values["datasets"]["tiny"] = values["datasets"]["synthetic"]
    values["prune"] |= {
        "dataset": "tiny",
        "criteria": ["l1", "random"],
        "schedules": {"once": 1},
        "teaching": ["alone"],
    }
    values["evaluate"] |= {"bootstrap": 100, "latency": QUICK}
    return Params.model_validate(values)


@pytest.fixture
def scored(params, prepared, tiny_settings, tmp_path) -> Path:
    """Three arms, of which one could not be made."""
    runs = tmp_path / "runs"
    for number, name in enumerate(("parent", "random-once-0.5-alone")):
        save_random_run(runs / f"{name}-s0-f0", seed=number)
        io.write_json(runs / f"{name}-s0-f0" / "run.json", {"dataset": "tiny"})
    or_mark(runs / "l1-once-0.5-alone-s0-f0", refuse)
    tasks = tasks_of(params, "prune", prepared=prepared.parent, runs=runs)
    evaluate_study(
        tasks, section=params.prune, out=tmp_path / "metrics/prune", predictions=tmp_path / "seen",
        params=params.evaluate, settings=tiny_settings,
    )  # fmt: skip
    return tmp_path / "metrics/prune"


def test_the_others_are_scored_and_compared_and_the_page_names_what_failed(params, scored):
    study = read_study("prune", metrics=scored)
    assert [arm.name for arm in study.arms] == ["parent", "random-once-0.5-alone"]
    assert study.failed == {"l1-once-0.5-alone-s0-f0": "a layer would vanish"}
    assert list(study.comparison["to_reference"]) == ["random-once-0.5-alone"]
    assert "- `l1-once-0.5-alone-s0-f0`: a layer would vanish" in study_page(study, ())


def check(scored: Path, params: Params) -> subprocess.CompletedProcess[str]:
    """The last stage, in a project whose only study is scored there."""
    root = scored.parents[1]
    io.write_json(root / "params.yaml", params.model_dump(mode="json"))  # JSON is YAML too
    command = [sys.executable, "-m", "stages.check", "--metrics", str(scored.parent)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


def test_the_last_stage_fails_and_says_which_and_why(params, scored):
    done = check(scored, params)
    assert done.returncode == 1
    assert "1 points of the study prune failed" in done.stderr
    assert "l1-once-0.5-alone-s0-f0: a layer would vanish" in done.stderr and "Traceback" not in done.stderr


def test_where_all_went_well_it_says_nothing(params, scored):
    io.write_json(scored / "failed.json", {})
    done = check(scored, params)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_study_of_which_nothing_could_be_made_is_refused(params, prepared, tiny_settings, tmp_path):
    for arm in params.prune.plan():
        or_mark(tmp_path / "runs" / arm.run(params.prune.repeats()[0]), refuse)
    tasks = tasks_of(params, "prune", prepared=prepared.parent, runs=tmp_path / "runs")
    with pytest.raises(InputError, match="no run of the study could be made"):
        evaluate_study(
            tasks, section=params.prune, out=tmp_path / "metrics", predictions=tmp_path / "seen",
            params=params.evaluate, settings=tiny_settings,
        )  # fmt: skip
