"""The whole pipeline as a user runs it, at its smallest: DVC, real stages, real files, in a repository of its own."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from hairline.config import load_params
from hairline.engine import load_run

ROOT = Path(__file__).parents[1]
PARTS = (".dvc/config", ".dvcignore", ".gitignore", "dvc.yaml", "params.yaml", "hairline", "profiles", "stages")


def attempt(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DVC_", "GIT_"))}
    environment |= {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "OMP_NUM_THREADS": "1",
        "GIT_AUTHOR_NAME": "test",
        "GIT_AUTHOR_EMAIL": "test@example.org",
        "GIT_COMMITTER_NAME": "test",
        "GIT_COMMITTER_EMAIL": "test@example.org",
    }
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def run(*command: str, cwd: Path) -> str:
    done = attempt(*command, cwd=cwd)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout + done.stderr


def dvc(*arguments: str, cwd: Path) -> str:
    return run(sys.executable, "-m", "dvc", *arguments, cwd=cwd)


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A checkout in which the smallest profile has been run and committed."""
    folder = tmp_path_factory.mktemp("checkout")
    for part in PARTS:
        (folder / part).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, folder / part)
    run("git", "init", "-q", cwd=folder)
    run("git", "add", "-A", cwd=folder)
    run("git", "commit", "-qm", "start", cwd=folder)
    run(sys.executable, "-m", "hairline", "profile", "smoke", cwd=folder)
    run("git", "add", "-A", cwd=folder)
    run("git", "commit", "-qm", "smoke", cwd=folder)
    return folder


def stages_run(text: str) -> set[str]:
    return set(re.findall(r"Running stage '([^']+)'", text))


def test_every_arm_has_a_run_scores_a_row_and_overlays(project):
    params = load_params(project / "params.yaml")
    table = (project / "reports/tables/distill.md").read_text()
    names = [arm.run(repeat) for arm in params.kd.plan() for repeat in params.kd.repeats()]
    assert len(names) == 4
    for arm, name in zip(params.kd.plan(), names, strict=True):
        load_run(project / "data/runs/distill" / name)
        scores = json.loads((project / f"reports/metrics/distill/{name}.json").read_text())
        assert scores["scores"]["images"] == 6
        assert (project / f"reports/metrics/distill/{name}.csv").read_text().count("\n") == 7
        speed = json.loads((project / f"reports/metrics/distill/{name}.speed.json").read_text())
        assert all(engine["median_ms"] > 0 for engine in speed["engines"]) and len(speed["engines"]) == 2
        assert f"| {arm.name} " in table
        assert len(list((project / "reports/overlays/distill" / name).glob("*.png"))) == params.report.overlays
    assert "0.857" in table and "github.com/LovingThresh/MCFF-L_Net" in table


STUDIES = ("annotate", "compare", "distill", "prune")


def test_all_reports_tell_of_every_study(project):
    reports = project / "reports"
    workbook = openpyxl.load_workbook(reports / "metrics.xlsx", read_only=True)
    assert {"overview", *STUDIES, "per_image", "run_info"} <= set(workbook.sheetnames)
    page = (reports / "index.html").read_text()
    for study in STUDIES:
        assert f'id="{study}"' in page
        assert (reports / "figures" / study / "precision_recall.svg").exists()
        assert (reports / "tables" / f"{study}.tex").exists()
        assert json.loads((reports / "tracked" / f"{study}.json").read_text())["study"] == study
    assert "safetensors" in (reports / "cards/distill/chosen-s0-f0.md").read_text()


TRACKED = """
import json, sys, mlflow
client = mlflow.MlflowClient(sys.argv[1])
(experiment,) = client.search_experiments(filter_string="name = 'hairline'")
runs = client.search_runs([experiment.experiment_id], max_results=1000)
assert all(run.info.status == "FINISHED" for run in runs)
print(json.dumps(sorted(run.data.tags["hairline.study"] for run in runs if "mlflow.parentRunId" not in run.data.tags)))
"""


def tracked_studies(project) -> list[str]:
    """What MLflow's store holds."""
    text = run(sys.executable, "-c", TRACKED, f"sqlite:///{project / '.mlflow' / 'mlflow.db'}", cwd=project)
    return json.loads(text.strip().splitlines()[0])


def test_a_pruned_run_is_narrower_than_its_parent_and_both_load(project):
    parent, pruned = (
        load_run(project / f"data/runs/prune/{name}-s0-f0") for name in ("parent", "taylor-iterative-0.5-taught")
    )
    sizes = [sum(value.numel() for value in run.model.parameters()) for run in (parent, pruned)]
    assert sizes[1] < 0.5 * sizes[0]
    assert len(pruned.card.classes) == 7


def test_few_masks_are_few_and_the_pretrained_network_begins_with_the_drawn_one(project):
    runs = project / "data/runs/annotate"
    records = {run.name: json.loads((run / "run.json").read_text()) for run in runs.iterdir()}
    assert {name for name, record in records.items() if record["images"]["train"] == 4} == {
        f"{method}-4-s0-f0" for method in ("supervised", "pretrained", "mixed")
    }
    drawn = json.loads((runs / "drawn-0-s0-f0/model.json").read_text())["weights_sha256"]
    assert records["pretrained-4-s0-f0"]["start"] == drawn
    assert records["supervised-4-s0-f0"]["start"] is None and records["mixed-4-s0-f0"]["mixed"][1] == 0.5


def test_nothing_to_do_is_done_when_nothing_changed(project):
    text = dvc("repro", cwd=project)
    assert not stages_run(text)
    assert "up to date" in text
    assert run("git", "status", "--porcelain", cwd=project) == ""


def test_the_chosen_student_is_the_sweeps_own(project):
    swept, chosen = (project / f"data/runs/distill/{name}-s0-f0" for name in ("standard-T10", "chosen"))
    assert (swept / "run.json").read_bytes() == (chosen / "run.json").read_bytes()


def test_another_temperature_trains_only_its_student_and_switching_back_costs_nothing(project):
    text = dvc("exp", "run", "-n", "warmer", "-S", "kd.temperature=7", cwd=project)
    assert stages_run(text) == {
        "soften_chosen@0-0",
        "train_chosen@0-0",
        "evaluate@distill",
        "report@distill",
        "check",
        "write_workbook",
        "write_page",
        "track",
    }
    record = json.loads((project / "data/runs/distill/chosen-s0-f0/run.json").read_text())
    assert record["method"]["temperatures"]["t1"] == 7
    told = sorted([*STUDIES, "distill"])
    assert tracked_studies(project) == told, "each temperature is a study of its own"
    shown = dvc("exp", "show", "--csv", "--no-pager", cwd=project)
    assert "warmer" in shown and "chosen.f1_2px" in shown and "kd.temperature" in shown
    back = dvc("exp", "run", "-S", "kd.temperature=10", cwd=project)
    assert "epoch" not in back, "nothing was trained"
    assert "is cached" in back
    assert tracked_studies(project) == told, "what is known is not told twice"
    run("git", "checkout", "-q", ".", cwd=project)
    dvc("checkout", "-q", cwd=project)
    assert not stages_run(dvc("repro", cwd=project))


def test_an_impossible_temperature_is_refused_and_leaves_earlier_results_alone(project):
    before = (project / "data/runs/distill/chosen-s0-f0/run.json").read_bytes()
    done = attempt(sys.executable, "-m", "dvc", "exp", "run", "--temp", "-S", "kd.temperature=0", cwd=project)
    assert done.returncode != 0
    assert "kd.temperature: input should be greater than 0, got 0" in done.stderr + done.stdout
    assert (project / "data/runs/distill/chosen-s0-f0/run.json").read_bytes() == before
    assert run("git", "status", "--porcelain", cwd=project) == ""
