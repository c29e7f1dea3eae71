"""Turn the scores of a study into its table (Markdown and CSV), overlays, and the figures that DVC compares.

Reads   --runs, --metrics, --predictions, --prepared
Writes  --tables/<study>.md, --tables/<study>.csv, --overlays, --curves, --summary
Params  kd or compare, evaluate.overlays

Example
  python -m stages.report --study distill --runs data/runs/distill --metrics reports/metrics/distill \\
    --predictions data/predictions/distill --prepared data/prepared --tables reports/tables \\
    --overlays reports/overlays/distill --curves reports/curves/distill.csv --summary reports/distill.json
"""

from pathlib import Path

from hairline import io
from hairline.commands import run_stage, script_parser
from hairline.config import STUDIES, load_params
from hairline.report.curves import write_curves
from hairline.report.gallery import write_overlays
from hairline.report.published import PUBLISHED
from hairline.report.results import read_arms, run_name
from hairline.report.study_page import TITLES, study_page, summarise
from hairline.report.study_table import machine_table


def main(
    study: str,
    runs: Path,
    metrics: Path,
    predictions: Path,
    prepared: Path,
    tables: Path,
    overlays: Path,
    curves: Path,
    summary: Path,
) -> None:
    params = load_params()
    section = params.study(study)
    arms = read_arms(metrics, section.arms(), section.repeats())
    comparison = io.read_json(metrics / "comparison.json")
    names = {arm.name: run_name(arm.name, section.repeats()[0]) for arm in arms}
    count = params.evaluate.overlays
    write_overlays(
        overlays, arms, names=names, metrics=metrics, predictions=predictions, prepared=prepared, count=count
    )
    trained = {arm: runs / name for arm, name in names.items() if "@" not in arm}
    write_curves(curves, trained, figure=f"val_{params.train.select}")
    machine_table(arms, comparison).write_csv(tables / f"{study}.csv")
    io.write_text(tables / f"{study}.md", study_page(TITLES[study], arms, comparison, PUBLISHED[study]))
    io.write_json(summary, summarise(arms))


if __name__ == "__main__":
    parser = script_parser(__doc__)
    parser.add_argument("--study", choices=STUDIES, required=True, help="which family of runs")
    for name in ("runs", "metrics", "predictions", "prepared", "tables", "overlays"):
        parser.add_argument(f"--{name}", type=Path, required=True, help="folder")
    for name in ("curves", "summary"):
        parser.add_argument(f"--{name}", type=Path, required=True, help="file for dvc plots and dvc metrics")
    run_stage(main, parser)
