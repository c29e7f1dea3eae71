"""Photographs and masks, from a source to batches. Import from the files; only `loading.loader` needs torch."""

from collections.abc import Mapping

from hairline.config import DatasetParams
from hairline.errors import InputError


def find_dataset(datasets: Mapping[str, DatasetParams], name: str) -> DatasetParams:
    if name not in datasets:
        raise InputError(f"params.yaml: no data set {name!r} under `datasets`; known: {', '.join(sorted(datasets))}")
    return datasets[name]
