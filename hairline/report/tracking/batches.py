"""Many values of a run in few requests: MLflow takes 1000 entries at once, of them 100 parameters."""

import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from hairline.report.tracking.store import Store

METRICS_AT_ONCE, PARAMETERS_AT_ONCE = 800, 100


def log_values(
    store: Store,
    run_id: str,
    *,
    parameters: Mapping[str, str],
    metrics: Mapping[str, float],
    curves: Iterable[tuple[str, float, int]] = (),
) -> None:
    from mlflow.entities import Metric, Param

    now = time.time_ns() // 1_000_000
    points = [(name, value, 0) for name, value in metrics.items()] + list(curves)
    entries = [Metric(name, value, now, step) for name, value, step in points]
    texts = [Param(name, text) for name, text in parameters.items()]
    for some_metrics, some_texts in zip_longest(
        _parts(entries, METRICS_AT_ONCE), _parts(texts, PARAMETERS_AT_ONCE), fillvalue=()
    ):
        store.client.log_batch(run_id, metrics=some_metrics, params=some_texts)


def _parts(items: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
