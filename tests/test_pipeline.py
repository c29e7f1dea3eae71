"""dvc.yaml against the scripts it starts: nothing is read or written behind DVC's back."""

import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest

from hairline.config import load_params, read_yaml

ROOT = Path(__file__).parents[1]
STAGES = read_yaml(ROOT / "dvc.yaml")["stages"]
SCRIPTS = sorted((ROOT / "stages").glob("[a-z]*.py"))


def body(name: str) -> dict:
    return STAGES[name].get("do", STAGES[name])


def paths_in(command: str) -> dict[str, str]:
    """Option -> path, for the options whose value is one."""
    words = shlex.split(command)
    return {option: value for option, value in pairwise(words) if option.startswith("--") and "/" in value}


def listed(entries: list) -> list[str]:
    return [entry if isinstance(entry, str) else next(iter(entry)) for entry in entries]


def covered(path: str, entries: list[str]) -> bool:
    return any(path == entry or path.startswith(f"{entry}/") or entry.startswith(f"{path}/") for entry in entries)


def declared(path: str) -> str:
    """What a stage lists that reads this path: for pictures the small files that hold their hashes, else the path."""
    path = re.sub(r"^data/prepared/(.+)$", r"data/seals/\1.json", path).replace("data/prepared", "data/seals")
    return re.sub(
        r"^data/(predictions|runs)$", "reports/metrics", path.replace("data/predictions/", "reports/metrics/")
    )


@pytest.mark.parametrize("name", STAGES)
def test_every_path_in_a_command_is_declared(name):
    stage = body(name)
    deps, outs = listed(stage["deps"]), listed([*stage.get("outs", []), *stage.get("metrics", [])])
    for option, path in paths_in(stage["cmd"]).items():
        assert covered(path, outs) or covered(declared(path), deps), f"{name}: {option} {path} is not declared"


@pytest.mark.parametrize("name", STAGES)
def test_no_stage_depends_on_a_folder_of_prepared_or_predicted_pictures(name):
    """DVC would walk it again for each stage, and `dvc repro` take long where there is nothing to do."""
    assert not [path for path in listed(body(name)["deps"]) if path.startswith(("data/prepared", "data/predictions"))]


@pytest.mark.parametrize("name", STAGES)
def test_no_stage_depends_on_the_runs_of_all_studies(name):
    """DVC would train those of the studies that a profile leaves out, on data sets that it leaves out, too."""
    assert "data/runs" not in listed(body(name)["deps"])


@pytest.mark.parametrize("name", STAGES)
def test_every_output_is_named_in_the_command(name):
    stage = body(name)
    named = list(paths_in(stage["cmd"]).values())
    for path in listed([*stage.get("outs", []), *stage.get("metrics", [])]):
        assert covered(path, named), f"{name}: {path} is in outs, but the command does not name it"


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_depends_on_its_own_script(name):
    script = re.search(r"-m (stages\.\w+)", body(name)["cmd"])[1].replace(".", "/") + ".py"
    assert script in body(name)["deps"]
    assert (ROOT / script).exists()


def is_template(path: str) -> bool:
    return "${" in path or path.startswith(("data/", "reports/"))


@pytest.mark.parametrize("name", STAGES)
def test_code_that_a_stage_depends_on_exists(name):
    missing = [path for path in listed(body(name)["deps"]) if not is_template(path) and not (ROOT / path).exists()]
    assert not missing


@pytest.mark.parametrize("name", STAGES)
def test_parameters_that_a_stage_depends_on_exist(name):
    params = read_yaml(ROOT / "params.yaml")
    for key in body(name).get("params", []):
        if "${" in key:
            continue
        node = params
        for step in key.split("."):
            assert step in node, f"{name}: params.yaml has no {key}"
            node = node[step]


def test_no_stage_depends_on_more_of_kd_than_it_uses():
    """A new temperature must not train the sweep anew, so no training lists the whole section."""
    for name in ("train_teacher", "train_baseline", "train_student", "train_chosen", "soften", "soften_chosen"):
        assert "kd" not in body(name)["params"]
    for name in ("train_teacher", "train_baseline", "train_student", "soften"):
        assert not {"kd.temperature", "kd.temperatures", "kd.strategy"} & set(body(name)["params"])


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_stage_script_is_short_and_says_what_it_reads_and_writes(script):
    text = script.read_text()
    assert len(text.splitlines()) <= 60
    docstring = text.split('"""')[1]
    assert "Writes" in docstring and "Params" in docstring


def test_every_stage_script_is_started_by_the_dag():
    started = {re.search(r"-m stages\.(\w+)", body(name)["cmd"])[1] for name in STAGES}
    assert started == {script.stem for script in SCRIPTS}


def test_the_runs_that_are_reported_are_those_that_the_dag_trains():
    params = load_params(ROOT / "params.yaml")
    outs = [out for name in STAGES for out in listed(body(name).get("outs", [])) if out.startswith("data/runs/distill")]
    shapes = {re.sub(r"\$\{item\.(\w+)\}", r"{\1}", out.removeprefix("data/runs/distill/")) for out in outs}
    made = set()
    for repeat in params.kd.repeats():
        for strategy in params.kd.strategies:
            for temperature in params.kd.temperatures:
                for shape in shapes:
                    made.add(
                        shape.format(strategy=strategy, temperature=temperature, seed=repeat.seed, fold=repeat.fold)
                    )
    assert {arm.run(repeat) for repeat in params.kd.repeats() for arm in params.kd.plan()} == made
