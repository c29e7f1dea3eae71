"""Draw a study: overlays of right and wrong pixels over some test pictures of each run, the worst first.

Reads   --runs, --metrics, --predictions, --prepared
Writes  --overlays
Params  kd or compare, report.overlays

Example
  python -m stages.draw --study distill --runs data/runs/distill --metrics reports/metrics/distill \\
    --predictions data/predictions/distill --prepared data/prepared --overlays reports/overlays/distill
"""

from pathlib import Path

from hairline.commands import run_stage, script_parser
from hairline.config import STUDIES, load_params
from hairline.report.gallery import write_overlays
from hairline.report.results import read_study


def main(study: str, runs: Path, metrics: Path, predictions: Path, prepared: Path, overlays: Path) -> None:
    params = load_params()
    results = read_study(params, study, metrics=metrics, runs=runs)
    write_overlays(overlays, results, predictions=predictions, prepared=prepared, count=params.report.overlays)


if __name__ == "__main__":
    parser = script_parser(__doc__)
    parser.add_argument("--study", choices=STUDIES, required=True, help="which family of runs")
    for name in ("runs", "metrics", "predictions", "prepared", "overlays"):
        parser.add_argument(f"--{name}", type=Path, required=True, help="folder")
    run_stage(main, parser)
