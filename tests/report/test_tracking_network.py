import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from hairline import engine, io
from hairline.methods.scoring import decide
from hairline.report.tracking.store import EXPERIMENT, open_store
from tests.report.test_tracking import OF_MLFLOW_ITSELF, empty_store, make_project, small, store_of_this_test, tell_of

__all__ = ["empty_store", "store_of_this_test"]  # fixtures
pytestmark = OF_MLFLOW_ITSELF

# A user's own process: far from the checkout, with what MLflow keeps and nothing else.
ELSEWHERE = """
import sys
import mlflow, numpy as np
model = mlflow.pyfunc.load_model(sys.argv[1])
images = np.load("images.npy")
np.save("probabilities.npy", model.predict(images))
np.save("classes.npy", model.predict(images, params={"give": "classes"}))
import hairline
assert hairline.__file__.startswith(sys.argv[2]) is False, hairline.__file__
"""


@pytest.fixture
def project(tmp_path, params):
    chosen = small(params)
    return make_project(
        tmp_path / "project", chosen, networks=True, classes=("background", "crack", "spalling")
    ), chosen


def networks():
    with open_store(EXPERIMENT) as store:
        return store.client.search_logged_models([store.experiment_id])


def versions(name: str = "hairline-distill"):
    with open_store(EXPERIMENT) as store:
        found = store.client.search_model_versions(f"name = '{name}'")
        best = store.client.get_model_version_by_alias(name, "best")
    return {int(version.version): version.tags["hairline.run"] for version in found}, int(best.version)


def test_a_registered_network_says_elsewhere_what_its_run_folder_says_here(project, tmp_path):
    root, _ = project
    tell_of(*project, models="best", register_best=True)
    images = np.random.default_rng(0).integers(0, 256, (2, 40, 56, 3), dtype=np.uint8)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    np.save(elsewhere / "images.npy", images)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["MLFLOW_TRACKING_URI"] = f"sqlite:///{os.environ['DVC_ROOT']}/.mlflow/mlflow.db"
    environment["OMP_NUM_THREADS"] = str(torch.get_num_threads())  # another number rounds sums in another order
    command = [sys.executable, "-c", ELSEWHERE, "models:/hairline-distill@best", str(Path(engine.__file__).parents[2])]
    done = subprocess.run(command, cwd=elsewhere, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    run = engine.load_run(root / "data/runs/distill/chosen-s0-f0")
    expected = engine.predict_probabilities(
        run.as_used, torch.from_numpy(images), normalisation=run.card.normalisation, precision="fp32"
    ).numpy()
    found = np.load(elsewhere / "probabilities.npy")
    assert found.shape == (2, 3, 40, 56)
    np.testing.assert_array_equal(found, expected)
    classes = np.load(elsewhere / "classes.npy")
    np.testing.assert_array_equal(classes, [decide(one, run.card.thresholds) for one in expected])


def test_nothing_that_is_stored_is_a_pickle(project):
    tell_of(*project, models="best")
    [model] = networks()
    folder = Path(model.artifact_location.removeprefix("file://"))
    names = {path.name for path in folder.rglob("*") if path.is_file()}
    assert {"MLmodel", "network.py", "model.safetensors", "model.json", "requirements.txt"} <= names
    assert not {name for name in names if name.endswith((".pkl", ".pickle", ".pt", ".pth"))}


@pytest.mark.parametrize(("models", "count"), [("none", 0), ("best", 1), ("all", 4)])
def test_as_many_networks_are_stored_as_the_parameters_say(project, models, count):
    answer = tell_of(*project, models=models)
    assert len(networks()) == len(answer["networks"]) == count


def test_the_best_network_is_the_one_that_val_prefers(project):
    root, params = project
    for name in ("teacher", "baseline", "standard-T5", "chosen"):
        path = root / f"reports/metrics/distill/{name}-s0-f0.run.json"
        record = io.read_json(path)
        record["val"]["f1"] = 0.9 if name == "baseline" else 0.1
        io.write_json(path, record)
    assert tell_of(root, params, models="best")["networks"] == ["baseline-s0-f0"]


def test_the_same_weights_are_one_version_and_others_are_another_that_is_best_now(project):
    root, params = project
    tell_of(root, params, models="best", register_best=True)
    io.write_text(root / "reports/figures/distill/curves.svg", "drawn again")
    tell_of(root, params, models="best", register_best=True)
    assert versions() == ({1: "chosen-s0-f0"}, 1)
    assert len(networks()) == 1, "what is there is not stored again"
    path = root / "reports/metrics/distill/teacher-s0-f0.run.json"
    record = io.read_json(path)
    record["val"]["f1"] = 0.99
    io.write_json(path, record)
    tell_of(root, params, models="best", register_best=True)
    assert versions() == ({1: "chosen-s0-f0", 2: "teacher-s0-f0"}, 2)
