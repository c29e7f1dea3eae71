"""Fail if a point of a sweep failed: all others are made, scored and reported by then.

Reads   --metrics
Writes  nothing
Params  studies

Example: python -m stages.check --metrics reports/metrics
"""

from pathlib import Path

from hairline import io
from hairline.commands import run_stage, script_parser
from hairline.config import load_params
from hairline.errors import InputError


def main(metrics: Path) -> None:
    failed = {study: io.read_json(metrics / study / "failed.json") for study in load_params().studies}
    told = [_told(study, reasons) for study, reasons in failed.items() if reasons]
    if told:
        raise InputError("\n".join(told))


def _told(study: str, reasons: dict[str, str]) -> str:
    return (
        f"{len(reasons)} points of the study {study} failed; all others are in the reports. Change what they ask "
        "for in params.yaml, or leave them out:" + "".join(f"\n  {run}: {reason}" for run, reason in reasons.items())
    )


if __name__ == "__main__":
    parser = script_parser(__doc__)
    parser.add_argument("--metrics", type=Path, required=True, help="folder of the scores of all studies")
    run_stage(main, parser)
