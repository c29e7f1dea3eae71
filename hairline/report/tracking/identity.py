"""What makes two tellings of a study the same."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hairline import io
from hairline.report.study.results import Run, Study

CODE = Path(__file__).parent


def study_key(study: Study) -> str:
    """Of what was found out: equal networks with equal scores are the same study, whenever it was run."""
    arms = [[arm.name, arm.about, [[run.name, run.metrics] for run in arm.runs]] for arm in study.arms]
    return io.fingerprint([study.name, arms])


def study_name(study: Study, key: str) -> str:
    """`distill-3fa9c1`: another temperature is another name."""
    return f"{study.name}-{key[:6]}"


def content_of(study: Study, paths: Iterable[Path], settings: Any) -> str:
    """Of all that is told, so that a redrawn figure or a newly measured latency is told anew."""
    runs = [[run.speed, run.record(), run.history()] for arm in study.arms for run in arm.runs]
    files = sorted({file for path in paths for file in _files(path)})
    return io.fingerprint(
        [runs, [[file.name, io.sha256_of(file)] for file in files], settings, io.code_fingerprint([CODE])]
    )


def runs_of(study: Study) -> list[Run]:
    return [run for arm in study.arms for run in arm.runs]


def _files(path: Path) -> list[Path]:
    return [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
