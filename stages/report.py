"""Turn the scores of a study into tables, cards, figures for papers, and overlays of right and wrong pixels.

Reads   --metrics, --predictions, --prepared
Writes  --tables/<study>.md, .tex and .csv; --cards, one a network; --curves, --summary for DVC's plots and metrics
        --figures   <figure>.svg and .png
        --overlays  <run>/<place>-<picture>.png, the worst first
Params  datasets, report.overlays, train.select

Example
  python -m stages.report --study distill --metrics reports/metrics/distill --predictions data/predictions/distill \\
    --prepared data/prepared --tables reports/tables --cards reports/cards/distill \\
    --curves reports/curves/distill.csv --summary reports/distill.json --figures reports/figures/distill \\
    --overlays reports/overlays/distill
"""

from pathlib import Path

from hairline import io
from hairline.commands import run_stage, script_parser
from hairline.config import STUDIES, load_params


def main(
    study: str, metrics: Path, predictions: Path, prepared: Path, tables: Path, cards: Path, curves: Path,
    summary: Path, figures: Path, overlays: Path,
) -> None:  # fmt: skip
    from hairline.report.figures.files import write_figures
    from hairline.report.study.card import write_cards
    from hairline.report.study.curves import write_curves
    from hairline.report.study.gallery import write_overlays
    from hairline.report.study.published import PUBLISHED
    from hairline.report.study.results import read_study
    from hairline.report.study.study_page import study_page, study_paper, summarise
    from hairline.report.study.study_table import machine_table

    params = load_params()
    select, sources = params.train.select, {name: dataset.source for name, dataset in params.datasets.items()}
    results = read_study(study, metrics=metrics)
    write_curves(curves, results, figure=f"val_{select}")
    machine_table(results).write_csv(tables / f"{study}.csv")
    io.write_text(tables / f"{study}.md", study_page(results, PUBLISHED[study]))
    io.write_text(tables / f"{study}.tex", study_paper(results, select=select))
    write_cards(cards, results, sources=sources, prepared=prepared)
    write_figures(figures, results, select=select)
    write_overlays(overlays, results, predictions=predictions, prepared=prepared, count=params.report.overlays)
    io.write_json(summary, summarise(results))


if __name__ == "__main__":
    parser = script_parser(__doc__)
    parser.add_argument("--study", choices=STUDIES, required=True, help="which family of runs")
    for name in ("metrics", "predictions", "prepared", "tables", "cards", "figures", "overlays"):
        parser.add_argument(f"--{name}", type=Path, required=True, help="folder")
    for name in ("curves", "summary"):
        parser.add_argument(f"--{name}", type=Path, required=True, help="file for dvc plots and dvc metrics")
    run_stage(main, parser)
