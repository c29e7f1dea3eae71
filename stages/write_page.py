"""Write the page of all studies: one HTML file with tables, charts and test pictures that needs nothing else.

Reads   --metrics, --predictions, --prepared
Writes  --out
Params  report.gallery, studies, train.select

Example
  python -m stages.write_page --metrics reports/metrics --predictions data/predictions --prepared data/prepared \\
    --out reports/index.html
"""

from pathlib import Path

from hairline import io
from hairline.commands import run_stage, script_parser
from hairline.config import load_params
from hairline.report.page.page import results_page
from hairline.report.study.results import read_studies


def main(metrics: Path, predictions: Path, prepared: Path, out: Path) -> None:
    params = load_params()
    studies = read_studies(params.studies, metrics=metrics)
    page = results_page(
        studies,
        select=params.train.select,
        pictures=params.report.gallery,
        predictions=predictions,
        prepared=prepared,
    )
    io.write_text(out, page)


if __name__ == "__main__":
    parser = script_parser(__doc__)
    for name in ("metrics", "predictions", "prepared"):
        parser.add_argument(f"--{name}", type=Path, required=True, help="folder")
    parser.add_argument("--out", type=Path, required=True, help="the page, a single file")
    run_stage(main, parser)
