"""Tell MLflow of a study: parameters, curves, scores, data sets, pictures and networks. Look at them with `make ui`.

Reads   --metrics, --runs, --prepared, --overlays, --figures, --tables/<study>.*, --cards, --workbook, --page
Writes  --out   what was told: the study's name and key, its runs; and the store of MLflow, which is no output of DVC
Params  kd or compare, track, train.select

The store is SQLite in .mlflow of the main checkout, or what MLFLOW_TRACKING_URI names; see docs/tracking.md.

Example
  python -m stages.track --study distill --metrics reports/metrics/distill --runs data/runs/distill \\
    --prepared data/prepared --overlays reports/overlays/distill --figures reports/figures/distill \\
    --tables reports/tables --cards reports/cards/distill --workbook reports/metrics.xlsx --page reports/index.html \\
    --out reports/tracked/distill.json
"""

from pathlib import Path

from hairline import io
from hairline.commands import run_stage, script_parser
from hairline.config import STUDIES, load_params
from hairline.report.results import read_study
from hairline.report.tracking.replay import Material, tell
from hairline.report.tracking.store import EXPERIMENT, open_store


def main(
    study: str,
    metrics: Path,
    runs: Path,
    prepared: Path,
    overlays: Path,
    figures: Path,
    tables: Path,
    cards: Path,
    workbook: Path,
    page: Path,
    out: Path,
) -> None:
    params = load_params()
    results = read_study(params, study, metrics=metrics, runs=runs)
    kept = [tables / f"{study}.{ending}" for ending in ("csv", "md", "tex")]
    reports = {"": [page, workbook], "tables": kept, "figures": [figures], "cards": [cards]}
    with open_store(EXPERIMENT) as store:
        told = tell(
            store, results, Material(prepared, overlays, reports), figure=params.train.select, settings=params.track
        )
    io.write_json(out, told)


if __name__ == "__main__":
    parser = script_parser(__doc__)
    parser.add_argument("--study", choices=STUDIES, required=True, help="which family of runs")
    for name in ("metrics", "runs", "prepared", "overlays", "figures", "tables", "cards"):
        parser.add_argument(f"--{name}", type=Path, required=True, help="folder")
    for name in ("workbook", "page", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True, help="file")
    run_stage(main, parser)
