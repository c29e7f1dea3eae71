"""Fail if a point of a study's sweep failed: all others are made, scored and reported by then.

Reads   --metrics
Writes  nothing
Params  none

Example
  python -m stages.check --study prune --metrics reports/metrics/prune
"""

from pathlib import Path

from hairline import io
from hairline.commands import run_stage, script_parser
from hairline.config import STUDIES
from hairline.errors import InputError


def main(study: str, metrics: Path) -> None:
    failed = io.read_json(metrics / "failed.json")
    if failed:
        reasons = "".join(f"\n  {run}: {reason}" for run, reason in failed.items())
        raise InputError(
            f"{len(failed)} points of the study {study} failed; all others are in the reports. Change what they ask "
            f"for in params.yaml, or leave them out:{reasons}"
        )


if __name__ == "__main__":
    parser = script_parser(__doc__)
    parser.add_argument("--study", choices=STUDIES, required=True, help="which family of runs")
    parser.add_argument("--metrics", type=Path, required=True, help="folder of the study's scores")
    run_stage(main, parser)
