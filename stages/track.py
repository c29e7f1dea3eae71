"""Tell MLflow of all studies: parameters, curves, scores, data sets, pictures, networks. Look at them with `make ui`.

Reads   --metrics, --runs, --prepared, --overlays, --figures, --tables, --cards, --workbook, --page
Writes  --out   what was told, a file a study: its name and key, its runs; and the store of MLflow, no output of DVC
Params  studies, track, train.select

The store is SQLite in .mlflow of the main checkout, or what MLFLOW_TRACKING_URI names; see docs/tracking.md.

Example
  python -m stages.track --metrics reports/metrics --runs data/runs --prepared data/prepared \\
    --overlays reports/overlays --figures reports/figures --tables reports/tables --cards reports/cards \\
    --workbook reports/metrics.xlsx --page reports/index.html --out reports/tracked
"""

from pathlib import Path

from hairline import io
from hairline.commands import run_stage, script_parser
from hairline.config import load_params
from hairline.report.study.results import read_study
from hairline.report.tracking.replay import Material, tell
from hairline.report.tracking.store import EXPERIMENT, open_store


def main(
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
    with io.replaced_folder(out) as folder, open_store(EXPERIMENT) as store:
        for study in params.studies:
            results = read_study(study, metrics=metrics / study, runs=runs / study)
            kept = [tables / f"{study}.{ending}" for ending in ("csv", "md", "tex")]
            reports = {
                "": [page, workbook], "tables": kept, "figures": [figures / study], "cards": [cards / study],
            }  # fmt: skip
            material = Material(prepared, overlays / study, reports)
            told = tell(store, results, material, figure=params.train.select, settings=params.track)
            io.write_json(folder / f"{study}.json", told)


if __name__ == "__main__":
    parser = script_parser(__doc__)
    for name in ("metrics", "runs", "prepared", "overlays", "figures", "tables", "cards", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True, help="folder")
    for name in ("workbook", "page"):
        parser.add_argument(f"--{name}", type=Path, required=True, help="file")
    run_stage(main, parser)
