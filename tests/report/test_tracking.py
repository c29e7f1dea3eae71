import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hairline import io
from hairline.config import Params, TrackParams
from hairline.errors import InputError
from hairline.report.study.results import read_study
from hairline.report.tracking.flat import class_prefixes, run_metrics
from hairline.report.tracking.replay import Material, tell
from hairline.report.tracking.store import EXPERIMENT, open_store
from tests.report.made import make_results

OF_MLFLOW_ITSELF = [
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*Any type hint is inferred:UserWarning"),
]
pytestmark = OF_MLFLOW_ITSELF

ROOT = Path(__file__).parents[2]
REPORTS = {
    "": ["index.html", "metrics.xlsx"],
    "tables": ["tables/distill.csv", "tables/distill.md"],
    "figures": ["figures/distill"],
}


OPEN = "from hairline.report.tracking.store import open_store\nwith open_store('other'): pass"


def small(params: Params, **changes) -> Params:
    """Three arms of the distillation: teacher, baseline, chosen, with one that is swept."""
    values = params.model_dump(mode="json")
    values["studies"] = {"distill": "kd"}
    values["kd"] |= {"seeds": [0], "temperatures": [5], "strategies": ["standard"]} | changes
    values["evaluate"]["bootstrap"] = 100
    return Params.model_validate(values)


def make_project(root: Path, params: Params, **options) -> Path:
    """A project whose studies are scored and drawn."""
    make_results(root, params, images=4, **options)
    for study in params.studies:
        section = params.study(study)
        for arm in section.plan():
            io.write_text(
                root / f"reports/overlays/{study}" / arm.run(section.repeats()[0]) / "01-0001.png", "a picture"
            )
        for name in ("figures/{}/curves.svg", "cards/{}/card.md", "tables/{}.csv", "tables/{}.md", "tables/{}.tex"):
            io.write_text(root / "reports" / name.format(study), f"{name} of {study}")
    for name in ("index.html", "metrics.xlsx"):
        io.write_text(root / "reports" / name, name)
    return root


def tell_of(root: Path, params: Params, study: str = "distill", **settings) -> dict:
    track = TrackParams(models="none", register_best=False).model_copy(update=settings)
    results = read_study(study, metrics=root / "reports/metrics" / study, runs=root / "data/runs" / study)
    reports = {
        folder: [root / "reports" / name.replace("distill", study) for name in names]
        for folder, names in REPORTS.items()
    }
    material = Material(root / "data/prepared", root / "reports/overlays" / study, reports)
    with open_store(EXPERIMENT) as store:
        return tell(store, results, material, figure="f1", settings=track)


def told(role: str = "run") -> dict:
    """Name -> run, of those that MLflow shows."""
    with open_store(EXPERIMENT) as store:
        runs = store.client.search_runs([store.experiment_id], f"tags.`hairline.role` = '{role}'")
    assert len({run.info.run_name for run in runs}) == len(runs), "a name came twice"
    return {run.info.run_name: run for run in runs}


def artifacts(run_id: str, folder: str | None = None) -> list[str]:
    with open_store(EXPERIMENT) as store:
        return [file.path for file in store.client.list_artifacts(run_id, folder)]


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory) -> Path:
    """A SQLite file with MLflow's tables; making them takes longer than most tests."""
    folder = tmp_path_factory.mktemp("store")
    subprocess.run([sys.executable, "-c", OPEN], cwd=ROOT, env=os.environ | {"DVC_ROOT": str(folder)}, check=True)
    return folder / ".mlflow/mlflow.db"


@pytest.fixture(autouse=True)
def store_of_this_test(empty_store, caches_of_this_test) -> None:
    file = Path(os.environ["DVC_ROOT"]) / ".mlflow/mlflow.db"
    file.parent.mkdir(parents=True)
    shutil.copy(empty_store, file)


@pytest.fixture
def project(tmp_path, params):
    chosen = small(params)
    return make_project(tmp_path / "project", chosen), chosen


def test_parameters_scores_and_curves_are_those_of_the_files(project):
    root, params = project
    tell_of(root, params)
    runs = told()
    assert set(runs) == {"teacher-s0-f0", "baseline-s0-f0", "standard-T5-s0-f0", "chosen-s0-f0"}
    for name, run in runs.items():
        folder = root / "reports/metrics/distill"
        metrics, speed = io.read_json(folder / f"{name}.json"), io.read_json(folder / f"{name}.speed.json")
        record = io.read_json(folder / f"{name}.run.json")
        found = run.data.metrics
        crack = metrics["scores"]["classes"]["crack"]
        assert {score: found[score] for score in crack} == crack
        assert found["mean_iou"] == metrics["scores"]["mean_iou"]
        assert found["background/iou"] == metrics["scores"]["classes"]["background"]["iou"]
        assert [found["f1_low"], found["f1_high"]] == metrics["intervals"]["classes"]["crack"]["f1"]
        assert found["weights_bytes"] == metrics["weights_bytes"]
        for engine in speed["engines"]:
            assert found[f"latency_{engine['name']}_median_ms"] == engine["median_ms"]
            assert found[f"latency_{engine['name']}_p95_ms"] == engine["p95_ms"]
        assert (found["parameters"], found["macs"]) == (metrics["parameters"], metrics["macs"])
        assert (found["kept_val_f1"], found["train_seconds"]) == (record["val"]["f1"], record["seconds"])
        said = run.data.params
        assert (said["seed"], said["fold"], said["study"], said["arm"]) == ("0", "0", "distill", metrics["arm"])
        assert (said["network.name"], said["network.width"]) == ("hrsegnet", "2")
        assert said["run.epochs"] == str(record["run"]["epochs"])
        assert said["train.optimiser"] == record["settings"]["optimiser"]
        rows = io.read_csv(folder / f"{name}.history.csv")
        with open_store(EXPERIMENT) as store:
            curve = store.client.get_metric_history(run.info.run_id, "val_f1")
        assert [(point.step, point.value) for point in curve] == [
            (int(row["epoch"]), float(row["val_f1"])) for row in rows if row["val_f1"]
        ]


def test_a_study_is_a_run_above_its_runs_and_holds_the_reports(project):
    answer = tell_of(*project)
    [parent] = told("study").values()
    assert parent.info.run_name == answer["name"]
    assert {run.data.tags["mlflow.parentRunId"] for run in told().values()} == {parent.info.run_id}
    assert parent.data.params["best"] == "chosen"
    assert parent.data.metrics["f1"] == pytest.approx(told()["chosen-s0-f0"].data.metrics["f1"])
    assert artifacts(parent.info.run_id) == ["figures", "index.html", "metrics.xlsx", "tables"]
    assert artifacts(parent.info.run_id, "figures") == ["figures/curves.svg"]
    assert artifacts(told()["baseline-s0-f0"].info.run_id, "overlays") == ["overlays/01-0001.png"]


def test_a_run_names_its_data_set_by_the_hash_of_the_manifest(project):
    root, params = project
    tell_of(root, params)
    [entry] = told()["chosen-s0-f0"].inputs.dataset_inputs
    manifest = root / "data/prepared/synthetic/manifest.csv"
    assert entry.dataset.name == "synthetic"
    assert io.sha256_of(manifest).startswith(entry.dataset.digest)
    assert json.loads(entry.dataset.profile)["test"]["images"] == 4
    assert entry.tags[0].value == "training and test"


def test_telling_twice_leaves_one_and_writes_the_same(project):
    first = tell_of(*project)
    before = {run.info.run_id for run in told().values()}
    assert tell_of(*project) == first
    assert {run.info.run_id for run in told().values()} == before


def test_a_redrawn_figure_is_told_anew_in_place_of_the_old(project):
    root, params = project
    tell_of(root, params)
    io.write_text(root / "reports/figures/distill/curves.svg", "drawn again")
    tell_of(root, params)
    assert len(told()) == 4
    [parent] = told("study").values()
    with open_store(EXPERIMENT) as store:
        file = store.client.download_artifacts(parent.info.run_id, "figures/curves.svg")
    assert Path(file).read_text() == "drawn again"


def test_what_was_left_half_told_is_told_again(tmp_path, params):
    chosen = small(params)
    root = make_project(tmp_path / "project", chosen, networks=True)
    weights = root / "data/runs/distill/teacher-s0-f0/model.safetensors"  # told last
    content = weights.read_bytes()
    weights.unlink()
    with pytest.raises(FileNotFoundError):
        tell_of(root, chosen, models="all")
    assert {run.info.status for run in told("study").values()} == {"RUNNING"}
    weights.write_bytes(content)
    tell_of(root, chosen, models="all")
    assert {run.info.status for run in (told() | told("study")).values()} == {"FINISHED"}
    assert (len(told("study")), len(told())) == (1, 4)


def test_another_temperature_is_another_study_beside_the_first(project, tmp_path, params):
    first = tell_of(*project)
    warmer = small(params, temperature=7)
    second = tell_of(make_project(tmp_path / "warmer", warmer), warmer)
    assert first["name"] != second["name"]
    assert set(told("study")) == {first["name"], second["name"]}


def test_classes_of_any_name_have_scores_of_their_own_and_an_absent_one_has_none(tmp_path, params):
    classes = ("background", "=1+1", "a/b", "a b", "x" * 300, "never")
    chosen = small(params)
    root = make_project(tmp_path / "project", chosen, classes=classes)
    for name in ("teacher", "baseline", "standard-T5", "chosen"):
        path = root / f"reports/metrics/distill/{name}-s0-f0.json"
        metrics = io.read_json(path)
        metrics["scores"]["classes"]["never"] |= {"f1": None, "iou": None}
        io.write_json(path, metrics)
    tell_of(root, chosen)
    metrics = io.read_json(root / "reports/metrics/distill/chosen-s0-f0.json")["scores"]["classes"]
    found = told()["chosen-s0-f0"].data.metrics
    prefixes = class_prefixes(classes)
    assert prefixes["a/b"] == "a_b/" != prefixes["a b"]
    assert found["f1"] == metrics["=1+1"]["f1"]
    for name in ("background", "a/b", "a b", "x" * 300):
        assert found[f"{prefixes[name]}f1"] == metrics[name]["f1"]
    assert "never/f1" not in found
    assert "never/fp" in found


def test_prefixes_differ_even_where_plain_names_meet():
    classes = ["background", "x_3", "x", "X", "é", "?", "!"]
    prefixes = class_prefixes(classes)
    assert len({prefix.casefold() for prefix in prefixes.values()}) == len(classes)


def test_a_network_tested_elsewhere_names_both_data_sets(tmp_path, params):
    values = small(params).model_dump(mode="json")
    values["studies"] = {"compare": "compare"}
    values["datasets"]["cfd"] = values["datasets"]["synthetic"]
    values["compare"] |= {"test_on": ["cfd"], "seeds": [0, 1]}
    chosen = Params.model_validate(values)
    tell_of(make_project(tmp_path / "project", chosen), chosen, "compare")
    run = told()["hrsegnet-synthetic-s1-f0@cfd"]
    assert (run.data.params["trained_on"], run.data.params["tested_on"]) == ("synthetic", "cfd")
    uses = {entry.dataset.name: entry.tags[0].value for entry in run.inputs.dataset_inputs}
    assert uses == {"synthetic": "training", "cfd": "test"}


def test_a_run_id_in_the_environment_changes_nothing(project, monkeypatch):
    monkeypatch.setenv("MLFLOW_RUN_ID", "0" * 32)
    tell_of(*project)
    assert (len(told("study")), len(told())) == (1, 4)


def test_settings_of_mlflow_in_the_environment_are_left_as_they_were(project):
    before = {name: value for name, value in os.environ.items() if "HTTP_REQUEST" in name or "TRACKING" in name}
    tell_of(*project)
    assert before == {name: os.environ[name] for name in os.environ if "HTTP_REQUEST" in name or "TRACKING" in name}


def stage(root: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    words = {
        "metrics": "reports/metrics", "runs": "data/runs", "prepared": "data/prepared", "overlays": "reports/overlays",
        "figures": "reports/figures", "tables": "reports/tables", "cards": "reports/cards",
        "workbook": "reports/metrics.xlsx", "page": "reports/index.html", "out": "reports/tracked",
    }  # fmt: skip
    command = [sys.executable, "-m", "stages.track"]
    command += [part for name, path in words.items() for part in (f"--{name}", path)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


def write_params(root: Path, params: Params) -> None:
    io.write_json(root / "params.yaml", params.model_dump(mode="json"))  # JSON is YAML too


def test_the_stage_of_an_experiment_tells_the_main_checkout(project, tmp_path):
    root, params = project
    write_params(root, params.model_copy(update={"track": TrackParams(models="none", register_best=False)}))
    copy = tmp_path / "copy"
    shutil.copytree(root, copy)
    for folder in (copy, root):
        done = stage(folder, DVC_EXP_NAME="warmer")
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
    shutil.rmtree(copy)
    assert (len(told("study")), len(told())) == (1, 4)
    assert told()["chosen-s0-f0"].data.tags["dvc.experiment"] == "warmer"
    assert io.read_json(root / "reports/tracked/distill.json")["runs"] == [
        "teacher-s0-f0", "baseline-s0-f0", "standard-T5-s0-f0", "chosen-s0-f0",
    ]  # fmt: skip


def test_a_server_that_is_away_is_one_clear_line_at_once(project, free_port):
    write_params(*project)
    started = time.monotonic()
    done = stage(project[0], MLFLOW_TRACKING_URI=f"http://me:secret@127.0.0.1:{free_port}")
    assert time.monotonic() - started < 30
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith(f"error: http://127.0.0.1:{free_port}: MLflow gets no answer there")
    assert "MLFLOW_TRACKING_URI" in line and "secret" not in line
    assert not (project[0] / "reports/tracked").exists()


def test_a_file_that_is_no_store_is_named_with_what_to_do(tmp_path, monkeypatch):
    (tmp_path / "broken.db").write_text("not a database, and long enough to look at twice")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/broken.db")
    with pytest.raises(InputError, match=r"broken\.db: MLflow cannot use it .*move the file away"), open_store("any"):
        pass


def test_a_missing_report_is_named_before_anything_is_told(project):
    shutil.rmtree(project[0] / "reports/figures")
    with pytest.raises(InputError, match="figures/distill: no such file or folder; run `dvc repro` first"):
        tell_of(*project)
    assert told("study") == {}


def test_several_processes_may_open_a_new_store_at_once(tmp_path, monkeypatch):
    monkeypatch.setenv("DVC_ROOT", str(tmp_path / "new"))
    (tmp_path / "new").mkdir()
    command = [sys.executable, "-c", OPEN]
    processes = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    for process in processes:
        _, said = process.communicate()
        assert (process.returncode, said) == (0, "")
    assert told() == {}


def test_scores_of_a_run_need_no_mlflow(project):
    code = "import sys, hairline.report.tracking.flat, stages.track; assert not {'mlflow', 'torch'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
    root, _ = project
    study = read_study("distill", metrics=root / "reports/metrics/distill", runs=root / "data/runs/distill")
    assert all(isinstance(value, float) for value in run_metrics(study.arms[0].first).values())
