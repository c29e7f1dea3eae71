"""How fast the networks are, for tables and figures: an engine a column, the first one for what shows one alone."""

from collections.abc import Iterable, Mapping
from typing import Any

from hairline.report.study.results import Run


def engines_of(runs: Iterable[Run]) -> dict[str, str]:
    """Name -> title of all that timed any of the runs, in the order asked."""
    return {engine["name"]: engine["title"] for run in runs for engine in run.speed["engines"]}


def timed(run: Run, engine: str) -> Mapping[str, Any]:
    """What an engine took: median_ms and p95_ms; or `failed`, or nothing at all."""
    return {each["name"]: each for each in run.speed["engines"]}.get(engine, {})


def first_engine(run: Run) -> Mapping[str, Any]:
    """The one that figures show; its milliseconds are missing where it failed."""
    return run.speed["engines"][0]


def threads_of(run: Run) -> str:
    threads = run.speed["threads"]
    return f"{threads} CPU thread{'s' if threads > 1 else ''}"


def by_engine(run: Run) -> dict[str, Any]:
    """All that speed.json says, with a name for each engine instead of a place in a list."""
    return {**run.speed, "engines": {each["name"]: each for each in run.speed["engines"]}}


def not_timed(runs: Iterable[Run]) -> list[str]:
    """Which run an engine could not run, and why."""
    return [
        f"{run.name} by {engine['title']}: {engine['failed']}"
        for run in runs
        for engine in run.speed["engines"]
        if "failed" in engine
    ]


def megabytes(run: Run) -> float:
    """Of the file of its weights; a million bytes each."""
    return run.metrics["weights_bytes"] / 1e6
