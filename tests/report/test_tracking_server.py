import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from hairline.report.tracking.store import EXPERIMENT, open_store
from tests.report.test_tracking import OF_MLFLOW_ITSELF, make_project, small, tell_of, told

pytestmark = OF_MLFLOW_ITSELF


@pytest.fixture
def server(tmp_path, free_port):
    """`mlflow ui`, started as `make ui` does, on a new store."""
    address = f"http://127.0.0.1:{free_port}"
    command = [sys.executable, "-m", "mlflow", "ui", "--host", "127.0.0.1", "--port", str(free_port), "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{tmp_path}/server.db"]
    command += ["--artifacts-destination", str(tmp_path / "artifacts")]
    environment = os.environ | {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
    with (tmp_path / "server.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            wait_for(f"{address}/health")
            yield address
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()


def wait_for(address: str) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise TimeoutError(address)


def post(address: str, content: dict) -> dict:
    request = urllib.request.Request(address, json.dumps(content).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def test_a_server_shows_what_it_was_told(server, tmp_path, params, monkeypatch, capfd):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
    chosen = small(params)
    root = make_project(tmp_path / "project", chosen, networks=True)
    for _ in range(2):
        said = tell_of(root, chosen, models="best", register_best=True)
    assert "http" not in "".join(capfd.readouterr())
    with open_store(EXPERIMENT) as store:
        where = store.experiment_id
    answer = post(f"{server}/api/2.0/mlflow/runs/search", {"experiment_ids": [where], "max_results": 50})
    names = {run["info"]["run_name"] for run in answer["runs"]}
    assert names == {*said["runs"], said["name"]}
    assert len(answer["runs"]) == 5
    best = told()["chosen-s0-f0"].info.run_id
    with urllib.request.urlopen(f"{server}/get-artifact?path=overlays/01-0001.png&run_uuid={best}") as picture:
        assert picture.read() == b"a picture"
    assert not (tmp_path / "root" / ".mlflow").exists(), "the server has it all"
