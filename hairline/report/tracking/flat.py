"""What a run left, as the flat names and values that MLflow holds, the same names for every run."""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from hairline.report.study.results import Arm, Run, Study
from hairline.report.study.speed import engines_of, timed

LONGEST_VALUE = 6000
OF_TRAINING = (
    "label_dilation",
    "soft_labels",
    "images",
    "processes",
    "precision",
    "code",
    "data",
    "versions",
    "hardware",
)
"""Of run.json, beside `run`, `settings` and `method`."""


def run_parameters(run: Run) -> dict[str, str]:
    """What the run is, and what it was made with."""
    values = {
        "study": run.study,
        "arm": run.arm,
        "seed": run.repeat.seed,
        "fold": run.repeat.fold,
        "trained_on": run.record()["dataset"],
        "tested_on": run.metrics["dataset"],
        "classes": run.classes,
        "target": run.classes[1],
        "network": {"name": run.metrics["network"], **run.metrics["arguments"]},
    }
    return training_parameters(run.record()) | dict(flattened(values))


def training_parameters(record: Mapping[str, Any]) -> dict[str, str]:
    """Of run.json, in the words of params.yaml, where the settings are called `train`."""
    recipe = dict(record["run"])
    model = recipe.pop("model", {})
    values = {
        "network": {"name": model.get("name"), **model.get("arguments", {})},
        "run": recipe,
        "train": record["settings"],
        "method": record["method"],
        **{name: record[name] for name in OF_TRAINING if name in record},
    }
    return dict(flattened(values))


def run_metrics(run: Run) -> dict[str, float]:
    """Scores on test, costs, and what was reached on val. What is n/a has no entry.

    The scores of the study's class have plain names, so that runs of any study stand in one column; every other class
    has its name and a slash before them, which no plain name has.
    """
    values, intervals = dict(run.scores), dict(run.metrics["intervals"])
    of_classes = intervals.pop("classes")
    prefixes = class_prefixes(run.classes) | {run.classes[1]: ""}
    for name, scores in values.pop("classes").items():
        values |= {f"{prefixes[name]}{score}": value for score, value in scores.items()}
        intervals |= {f"{prefixes[name]}{score}": bounds for score, bounds in of_classes.get(name, {}).items()}
    for name, bounds in intervals.items():
        if isinstance(bounds, list):  # beside them stand `level` and `over`
            values |= {f"{name}_low": bounds[0], f"{name}_high": bounds[1]}
    record = run.record()
    values |= {
        **{f"{prefixes[name]}threshold": value for name, value in run.thresholds.items()},
        "parameters": run.metrics["parameters"],
        "macs": run.metrics["macs"],
        "weights_bytes": run.metrics["weights_bytes"],
        **{
            f"latency_{engine}_{name}": timed(run, engine).get(name)
            for engine in engines_of([run])
            for name in ("median_ms", "p95_ms")
        },
        "best_epoch": record["best_epoch"],
        "train_seconds": record["seconds"],
        "peak_memory_mb": record.get("peak_memory_mb"),
        **{f"kept_val_{name}": value for name, value in record["val"].items()},
    }
    return _numbers(values)


def study_parameters(study: Study, best: Arm, figure: str) -> dict[str, str]:
    values = {
        "study": study.name,
        "arms": [arm.name for arm in study.arms],
        "best": best.name,
        "best_by": f"val {figure}",
        "reference": study.reference,
        "trained_on": best.first.record()["dataset"],
        "tested_on": best.dataset,
        "section": study.section.model_dump(mode="json"),
    }
    return dict(flattened(values))


def study_metrics(best: Arm) -> dict[str, float]:
    """The best arm's scores, means over its repeats, so that whole studies can be held against each other."""
    scores = best.first.scores
    names = [*(name for name in scores if _is_number(scores[name])), *scores["classes"][best.target]]
    return _numbers({name: best.score(name)[0] for name in names} | {"runs": len(best.runs)})


def curve_points(rows: Iterable[Mapping[str, str | float]]) -> Iterator[tuple[str, float, int]]:
    """The name, the value and the epoch of each cell of history.csv."""
    for row in rows:
        cells = {name: float(value) for name, value in row.items() if value not in ("", None) and name != "epoch"}
        for name, value in _numbers(cells).items():
            yield name, value, int(float(row["epoch"]))


def class_prefixes(classes: Sequence[str]) -> dict[str, str]:
    """`spalling/` for each class: letters, digits, - and _ as MLflow wants them, and no two alike."""
    prefixes: dict[str, str] = {}
    taken: set[str] = set()
    for place, name in enumerate(classes):
        plain = re.sub(r"[^\w-]+", "_", name)[:100].strip("_") or f"class_{place}"
        while plain.casefold() in taken:
            plain = f"{plain}_{place}"
        taken.add(plain.casefold())
        prefixes[name] = f"{plain}/"
    return prefixes


def flattened(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """`train.augment.flip` and its value, as text. What is null has no entry."""
    for key, value in values.items():
        name = prefix + re.sub(r"[^\w.\- ]+", "_", str(key))
        if isinstance(value, Mapping):
            yield from flattened(value, f"{name}.")
        elif value is not None:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            yield name[:250], text[:LONGEST_VALUE]


def _numbers(values: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in values.items() if _is_number(value)}


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value)
