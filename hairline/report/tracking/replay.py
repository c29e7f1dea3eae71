"""A study told to MLflow from its files: a run for the study, and below it one for each of its runs.

Telling it twice leaves one; what was left half told is told again.
"""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hairline.config import TrackParams
from hairline.errors import InputError
from hairline.progress import Progress
from hairline.report.study.results import Run, Study
from hairline.report.tracking import flat, models
from hairline.report.tracking.batches import log_values
from hairline.report.tracking.datasets import describe_datasets, inputs_of
from hairline.report.tracking.identity import content_of, runs_of, study_key, study_name
from hairline.report.tracking.store import Store, alone

if TYPE_CHECKING:
    from mlflow.entities import Dataset
    from mlflow.entities import Run as Told

PAGE = 1000  # runs asked for at once


@dataclass(frozen=True)
class Material:
    """What goes along beside the scores."""

    prepared: Path
    """A folder a data set."""
    overlays: Path
    """A folder a run, for those that were drawn."""
    reports: dict[str, Sequence[Path]]
    """Folder in MLflow -> the files and folders of the study that go there."""

    def files(self) -> list[Path]:
        return [self.overlays, *chain.from_iterable(self.reports.values())]


def tell(store: Store, study: Study, material: Material, *, figure: str, settings: TrackParams) -> dict[str, Any]:
    """Tell it, unless it is there already; gives back what was told, which repeats exactly."""
    for path in material.files():
        if not path.exists():
            raise InputError(f"{path}: no such file or folder; run `dvc repro` first")
    key = study_key(study)
    content = content_of(study, [*material.files(), *_manifests(study, material)], settings.model_dump())
    with alone(store):
        found = _find(store, key)
        if not _is_complete(found, content, count=1 + len(runs_of(study))):
            for run in found:
                store.client.delete_run(run.info.run_id)
            _Telling(store, study, material, key, content, figure, settings).run()
    return {
        "study": study.name,
        "name": study_name(study, key),
        "key": key,
        "best": models.best_run(study, figure).name,
        "runs": [run.name for run in runs_of(study)],
        "networks": [run.name for run in models.runs_to_store(study, settings.models, figure)],
    }


def _manifests(study: Study, material: Material) -> list[Path]:
    names = {name for run in runs_of(study) for name in (run.metrics["dataset"], run.record()["dataset"])}
    return [material.prepared / name / "manifest.csv" for name in sorted(names)]


def _find(store: Store, key: str) -> list["Told"]:
    """All of a study's runs, its own first, so that a study that is half deleted never looks whole."""
    found, page = [], None
    while page is None or page:
        answer = store.client.search_runs([store.experiment_id], f"tags.`hairline.key` = '{key}'", 1, PAGE, None, page)
        found, page = [*found, *answer], answer.token or ""
    return sorted(found, key=lambda run: run.data.tags["hairline.role"] != "study")


def _is_complete(found: list["Told"], content: str, *, count: int) -> bool:
    """The study's own run is ended last, so a killed telling is never taken for a whole one."""
    is_ended = all(run.info.status == "FINISHED" for run in found)
    return len(found) == count and is_ended and found[0].data.tags.get("hairline.content") == content


class _Telling:
    def __init__(
        self,
        store: Store,
        study: Study,
        material: Material,
        key: str,
        content: str,
        figure: str,
        settings: TrackParams,
    ) -> None:
        self.store, self.client, self.study, self.material = store, store.client, study, material
        self.key, self.content, self.figure, self.settings = key, content, figure, settings
        self.datasets: dict[str, Dataset] = describe_datasets(runs_of(study), material.prepared)
        self.networks = {run.name for run in models.runs_to_store(study, settings.models, figure)}
        self.origin = _origin()

    def run(self) -> None:
        study, best = self.study, self.study.best(self.figure)
        about = f"The study {study.name}. Best on val by {self.figure}: **{best.name}** ({best.about})."
        tags = {"hairline.role": "study", "hairline.content": self.content}
        parent = self._start(study_name(study, self.key), about, tags)
        with Progress(f"telling MLflow of {study.name}", len(runs_of(study)), unit="run") as progress:
            for run in reversed(runs_of(study)):  # MLflow shows the newest first
                self._tell_run(run, parent)
                progress.step(note=run.name)
        log_values(
            self.store, parent, metrics=flat.study_metrics(best),
            parameters=flat.study_parameters(study, best, self.figure),
        )  # fmt: skip
        for folder, paths in self.material.reports.items():
            for path in paths:
                self._log(parent, path, folder)
        self.client.set_terminated(parent, "FINISHED")

    def _tell_run(self, run: Run, parent: str) -> None:
        run_id = self._start(run.name, run.plan.about, {"hairline.role": "run", "mlflow.parentRunId": parent})
        log_values(
            self.store, run_id, parameters=flat.run_parameters(run), metrics=flat.run_metrics(run),
            curves=flat.curve_points(run.history()),
        )  # fmt: skip
        self.client.log_inputs(run_id, datasets=inputs_of(run, self.datasets))
        if (self.material.overlays / run.name).exists():
            self._log(run_id, self.material.overlays / run.name, "overlays")
        if run.name in self.networks:
            network = models.store_network(self.store, run, run_id)
            if self.settings.register_best and run.name == models.best_run(self.study, self.figure).name:
                models.register_best(self.store, self.study, network, run, run_id)
        self.client.set_terminated(run_id, "FINISHED")

    def _start(self, name: str, about: str, tags: dict[str, str]) -> str:
        tags = self.origin | tags
        tags |= {"hairline.key": self.key, "hairline.study": self.study.name, "mlflow.note.content": about}
        return self.client.create_run(self.store.experiment_id, run_name=name, tags=tags).info.run_id

    def _log(self, run_id: str, path: Path, folder: str) -> None:
        if path.is_dir():
            self.client.log_artifacts(run_id, str(path), folder)
        else:
            self.client.log_artifact(run_id, str(path), folder or None)


def _origin() -> dict[str, str]:
    """What started it: of use where several experiments lie side by side."""
    found = {
        "dvc.stage": os.environ.get("DVC_STAGE"),
        "dvc.experiment": os.environ.get("DVC_EXP_NAME"),
        "mlflow.source.name": "stages/track.py",
        "mlflow.source.type": "JOB",
        "mlflow.source.git.commit": _revision(),
    }
    return {name: value for name, value in found.items() if value}


def _revision() -> str:
    try:
        done = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    except OSError:  # no git
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
