"""Where MLflow keeps the runs, and how it is opened: the same place for the checkout and for every experiment's copy.

Default: SQLite in `.mlflow` of the main checkout. $MLFLOW_TRACKING_URI, for example a server's address, comes first.
"""

import logging
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from hairline import io
from hairline.errors import InputError

if TYPE_CHECKING:
    from mlflow import MlflowClient

EXPERIMENT = "hairline"
LIVE_EXPERIMENT = "hairline-live"
ADVICE = (
    "start it or correct MLFLOW_TRACKING_URI, and repeat the command; unset, the runs go to .mlflow in the checkout"
)
QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}
PATIENCE = {"MAX_RETRIES": "2", "BACKOFF_FACTOR": "1", "TIMEOUT": "30"}
FIRST_PATIENCE = {"MAX_RETRIES": "1", "BACKOFF_FACTOR": "1", "TIMEOUT": "5"}
"""Of requests to a server, where the user sets nothing: MLflow's own would wait for minutes."""


@dataclass(frozen=True)
class Store:
    """An experiment that is open."""

    client: "MlflowClient"
    experiment_id: str
    address: str


def address() -> str:
    """Absolute, because an experiment of DVC works in a folder that is deleted afterwards."""
    root = Path(os.environ.get("DVC_ROOT", ".")).resolve()
    chosen = os.environ.get("MLFLOW_TRACKING_URI") or "sqlite:///.mlflow/mlflow.db"
    file = _database(chosen)
    return f"sqlite:///{root / file}" if file else chosen


@contextmanager
def open_store(experiment: str) -> Iterator[Store]:
    """What MLflow says while it is open is an error of the user's or of the server's: one line, not a traceback."""
    _import_quietly()
    from alembic.util import CommandError
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    where = address()
    try:
        with _lock(where, "open"), _environment(_patience(FIRST_PATIENCE)):
            # Several processes that open a new SQLite store at once would leave it unusable.
            opened = _open(where, experiment)
    except (MlflowException, SQLAlchemyError, CommandError) as error:  # whichever meets the fault first
        raise InputError(_unusable(where, error)) from None
    try:
        with _environment({"MLFLOW_TRACKING_URI": where, **_patience(PATIENCE)}):
            yield opened
    except MlflowException as error:
        if _database(where):
            raise
        raise InputError(_without_password(f"{where}: {_reason(error)}; {ADVICE}")) from None


@contextmanager
def alone(store: Store) -> Iterator[None]:
    """One replay at a time from this machine: SQLite has one writer, and the same results must not come twice."""
    with _lock(store.address, "replay"):
        yield


def _open(where: str, experiment: str) -> Store:
    from mlflow import MlflowClient

    file = _database(where)
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
    client = MlflowClient(where)
    known = client.get_experiment_by_name(experiment)
    if known and known.lifecycle_stage != "active":
        client.restore_experiment(known.experiment_id)
    place = (file.parent / "artifacts" / experiment).as_uri() if file else None  # a server knows its own
    return Store(client, known.experiment_id if known else client.create_experiment(experiment, place), where)


def _database(where: str) -> Path | None:
    """The file of a SQLite store."""
    return Path(where.removeprefix("sqlite:///")) if where.startswith("sqlite:///") else None


def _lock(where: str, purpose: str) -> FileLock:
    file = _database(where)
    if file is None:
        return FileLock(io.work_folder("tracking") / f"{io.fingerprint(where)}.{purpose}.lock")
    file.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(f"{file}.{purpose}.lock")


def _import_quietly() -> None:
    """MLflow without its reports to its makers and without its chatter."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    import mlflow  # noqa: F401

    for name in ("mlflow", "alembic"):  # after the import, which sets them too
        logging.getLogger(name).setLevel(logging.ERROR)


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """MLflow takes its settings from there, also deep inside; afterwards it is as it was."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _patience(settings: Mapping[str, str]) -> dict[str, str]:
    """Where the user sets nothing."""
    named = {f"MLFLOW_HTTP_REQUEST_{name}": value for name, value in settings.items()}
    return {name: os.environ.get(name, value) for name, value in named.items()}


def _unusable(where: str, error: Exception) -> str:
    if _database(where):
        return (
            f"{where}: MLflow cannot use it ({_reason(error)}); "
            "move the file away and run `dvc repro --single-item --force track`, which fills a new one"
        )
    return _without_password(f"{where}: MLflow gets no answer there ({_reason(error)}); {ADVICE}")


def _without_password(text: str) -> str:
    return re.sub(r"//[^/@\s]*@", "//", text)


def _reason(error: BaseException) -> str:
    """Of what lies at the bottom: the connection that was refused, not the request that failed because of it."""
    while inner := error.__cause__ or error.__context__:
        error = inner
    text = " ".join(str(error).split())
    return text if len(text) <= 200 else f"{text[:200]} ..."
