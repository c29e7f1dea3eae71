"""Draw a study: figures for papers, and overlays of right and wrong pixels over some test pictures of each run.

Reads   --metrics, --predictions, --prepared
Writes  --overlays  <run>/<place>-<picture>.png, the worst first
        --figures   <figure>.svg and .png
Params  report.overlays, train.select

Example
  python -m stages.draw --study distill --metrics reports/metrics/distill --predictions data/predictions/distill \\
    --prepared data/prepared --overlays reports/overlays/distill --figures reports/figures/distill
"""

from pathlib import Path

from hairline.commands import run_stage, script_parser
from hairline.config import STUDIES, load_params
from hairline.report.results import read_study


def main(study: str, metrics: Path, predictions: Path, prepared: Path, overlays: Path, figures: Path) -> None:
    from hairline.report.figures.files import write_figures
    from hairline.report.gallery import write_overlays

    params = load_params()
    results = read_study(study, metrics=metrics)
    write_overlays(overlays, results, predictions=predictions, prepared=prepared, count=params.report.overlays)
    write_figures(figures, results, select=params.train.select)


if __name__ == "__main__":
    parser = script_parser(__doc__)
    parser.add_argument("--study", choices=STUDIES, required=True, help="which family of runs")
    for name in ("metrics", "predictions", "prepared", "overlays", "figures"):
        parser.add_argument(f"--{name}", type=Path, required=True, help="folder")
    run_stage(main, parser)
