"""Put all results into one Excel workbook: studies, classes, pictures, and what each run depended on.

Reads   --metrics, --overlays
Writes  --out
Params  report.overlays, report.samples, studies, train.select

Example
  python -m stages.write_workbook --metrics reports/metrics --overlays reports/overlays \\
    --out reports/metrics.xlsx
"""

from pathlib import Path

from hairline.commands import run_stage, script_parser
from hairline.config import load_params


def main(metrics: Path, overlays: Path, out: Path) -> None:
    from hairline.report.study.results import read_studies
    from hairline.report.workbook.book import write_workbook

    params = load_params()
    studies = read_studies(params.studies, metrics=metrics)
    write_workbook(
        out,
        studies,
        overlays=overlays,
        per_run=params.report.overlays,
        count=params.report.samples,
        figure=params.train.select,
    )


if __name__ == "__main__":
    parser = script_parser(__doc__)
    parser.add_argument("--metrics", type=Path, required=True, help="folder with a folder of scores a study")
    parser.add_argument("--overlays", type=Path, required=True, help="folder with a folder of overlays a study")
    parser.add_argument("--out", type=Path, required=True, help="the workbook")
    run_stage(main, parser)
