"""The data sets of a run as MLflow knows them: a small table of their splits, named by the hash of their manifest."""

import json
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from hairline import io
from hairline.data.manifest import MANIFEST_FILE, SPLITS, Sample, read_manifest
from hairline.report.study.results import Run

if TYPE_CHECKING:
    from mlflow.entities import Dataset, DatasetInput


def describe_datasets(runs: Iterable[Run], prepared: Path) -> dict[str, "Dataset"]:
    """All that the runs were trained or tested on. Their pictures stay where they are."""
    names = {name for run in runs for name in _uses(run)}
    return {name: _describe(prepared / name) for name in sorted(names)}


def inputs_of(run: Run, datasets: dict[str, "Dataset"]) -> list["DatasetInput"]:
    from mlflow.entities import DatasetInput, InputTag
    from mlflow.utils.mlflow_tags import MLFLOW_DATASET_CONTEXT

    return [
        DatasetInput(datasets[name], [InputTag(MLFLOW_DATASET_CONTEXT, " and ".join(purposes))])
        for name, purposes in _uses(run).items()
    ]


def _uses(run: Run) -> dict[str, list[str]]:
    uses: dict[str, list[str]] = {}
    for purpose, name in (("training", run.record()["dataset"]), ("test", run.metrics["dataset"])):
        uses.setdefault(name, []).append(purpose)
    return uses


def _describe(folder: Path) -> "Dataset":
    from mlflow.entities import Dataset

    samples = read_manifest(folder)
    splits = {split: _split(samples, split) for split in SPLITS}
    columns = [{"name": field.name, "type": "string", "required": True} for field in fields(Sample)]
    return Dataset(
        name=folder.name,
        digest=io.sha256_of(folder / MANIFEST_FILE)[:12],  # MLflow takes 36 characters, and a column shows few
        source_type="local",
        source=json.dumps({"uri": str(folder)}),
        schema=json.dumps({"mlflow_colspec": columns}),
        profile=json.dumps({"num_rows": len(samples), **splits}),
    )


def _split(samples: list[Sample], split: str) -> dict[str, str | int]:
    members = [sample for sample in samples if sample.split == split]
    return {"images": len(members), "sha256": io.fingerprint([[sample.id, sample.sha256] for sample in members])}
