import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from hairline.engine.fitting import fit
from hairline.engine.live import live_curves
from hairline.errors import InputError
from hairline.report.tracking.store import LIVE_EXPERIMENT, open_store
from tests.engine.toy import Line, LineStep, PointBatches, toy_settings, validate_line

pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy:DeprecationWarning")  # MLflow's own

ROOT = Path(__file__).parents[2]
KEY = {
    "run": {"model": {"name": "line", "arguments": {"width": 8}}, "epochs": 3},
    "settings": {"optimiser": "adamw"},
    "method": {"name": "supervised"},
}


def train_line(params, folder, *, epochs: int, on_epoch, batches=None):
    model = Line()
    return fit(
        LineStep(model),
        batches or PointBatches(),
        model=model,
        validate=validate_line,
        settings=toy_settings(params.train),
        epochs=epochs,
        learning_rate=0.02,
        checkpoint=folder / "checkpoint.pt",
        device=torch.device("cpu"),
        on_epoch=on_epoch,
    )


def live_runs():
    with open_store(LIVE_EXPERIMENT) as store:
        return store.client.search_runs([store.experiment_id])


def curve(run, name: str) -> list[tuple[int, float]]:
    with open_store(LIVE_EXPERIMENT) as store:
        return [(point.step, point.value) for point in store.client.get_metric_history(run.info.run_id, name)]


def test_each_row_is_handed_over_when_its_epoch_ends(params, tmp_path):
    rows = []
    fitted = train_line(params, tmp_path, epochs=3, on_epoch=rows.append)
    assert rows == fitted.history
    assert [row["epoch"] for row in rows] == [1, 2, 3]


class BatchesThatStop(PointBatches):
    def epoch(self, number, *, start=0):
        for position, batch in enumerate(super().epoch(number, start=start), start):
            if (number, position) == (2, 1):
                os.kill(os.getpid(), signal.SIGINT)
            yield batch


def test_a_resumed_training_hands_over_the_epochs_before_it_too(params, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        train_line(params, tmp_path, epochs=4, on_epoch=None, batches=BatchesThatStop())
    rows = []
    train_line(params, tmp_path, epochs=4, on_epoch=rows.append)
    assert [row["epoch"] for row in rows] == [1, 2, 3, 4]


@pytest.mark.parametrize(("asked", "is_main"), [("", True), ("mlflow", False)])
def test_nobody_listens_unless_asked_and_to_the_main_process_alone(monkeypatch, asked, is_main):
    monkeypatch.setenv("HAIRLINE_LIVE", asked)
    with live_curves("line-s0-f0", KEY, is_main=is_main) as on_epoch:
        assert on_epoch is None


def test_an_unknown_listener_is_refused(monkeypatch):
    monkeypatch.setenv("HAIRLINE_LIVE", "yes")
    with pytest.raises(InputError, match="HAIRLINE_LIVE is 'yes': expected mlflow"), live_curves("line", KEY):
        pass


def test_the_curves_in_mlflow_are_the_history_and_a_repeat_replaces_them(params, tmp_path, monkeypatch):
    monkeypatch.setenv("HAIRLINE_LIVE", "mlflow")
    for attempt in ("first", "second"):
        with live_curves("line-s0-f0", KEY) as on_epoch:
            fitted = train_line(params, tmp_path / attempt, epochs=3, on_epoch=on_epoch)
    [run] = live_runs()
    assert (run.info.run_name, run.info.status) == ("line-s0-f0", "FINISHED")
    assert (run.data.params["network.width"], run.data.params["train.optimiser"]) == ("8", "adamw")
    for name in ("train_loss", "val_loss", "val_f1", "learning_rate"):
        assert curve(run, name) == [(row["epoch"], pytest.approx(row[name])) for row in fitted.history]


def test_a_training_that_fails_is_not_shown_as_finished(monkeypatch):
    monkeypatch.setenv("HAIRLINE_LIVE", "mlflow")
    with pytest.raises(RuntimeError), live_curves("line-s0-f0", KEY) as on_epoch:
        on_epoch({"epoch": 1, "train_loss": 0.5})
        raise RuntimeError("as if the memory were full")
    [run] = live_runs()
    assert run.info.status == "KILLED"
    assert curve(run, "train_loss") == [(1, 0.5)]


WITHOUT_SERVER = """
from hairline.engine.live import live_curves
with live_curves("line-s0-f0", {"run": {}, "settings": {}, "method": {}}) as on_epoch:
    for epoch in range(1, 500):
        on_epoch({"epoch": epoch, "train_loss": 1.0})
print("trained")
"""


def test_a_server_that_is_away_is_said_once_and_stops_no_training(free_port):
    environment = os.environ | {"HAIRLINE_LIVE": "mlflow", "MLFLOW_TRACKING_URI": f"http://127.0.0.1:{free_port}"}
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_SERVER], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert time.monotonic() - started < 30
    assert done.stdout == "trained\n"
    [line] = done.stderr.splitlines()
    assert line.startswith(f"live curves: http://127.0.0.1:{free_port}: MLflow gets no answer there")
    assert line.endswith("; the training goes on without them")
