"""Turn the scores of a study into tables (Markdown, LaTeX, CSV), a card a network, and the figures that DVC compares.

Reads   --metrics, --prepared/<dataset>/manifest.csv and source.json
Writes  --tables/<study>.md, .tex and .csv, --cards, --curves, --summary
Params  datasets, train.select

Example
  python -m stages.report --study distill --metrics reports/metrics/distill --prepared data/prepared \\
    --tables reports/tables --cards reports/cards/distill --curves reports/curves/distill.csv \\
    --summary reports/distill.json
"""

from pathlib import Path

from hairline import io
from hairline.commands import run_stage, script_parser
from hairline.config import STUDIES, load_params
from hairline.report.card import write_cards
from hairline.report.curves import write_curves
from hairline.report.published import PUBLISHED
from hairline.report.results import read_study
from hairline.report.study_page import study_page, study_paper, summarise
from hairline.report.study_table import machine_table


def main(study: str, metrics: Path, prepared: Path, tables: Path, cards: Path, curves: Path, summary: Path) -> None:
    params = load_params()
    results = read_study(study, metrics=metrics)
    write_curves(curves, results, figure=f"val_{params.train.select}")
    machine_table(results).write_csv(tables / f"{study}.csv")
    io.write_text(tables / f"{study}.md", study_page(results, PUBLISHED[study]))
    io.write_text(tables / f"{study}.tex", study_paper(results, select=params.train.select))
    sources = {name: dataset.source for name, dataset in params.datasets.items()}
    write_cards(cards, results, sources=sources, prepared=prepared)
    io.write_json(summary, summarise(results))


if __name__ == "__main__":
    parser = script_parser(__doc__)
    parser.add_argument("--study", choices=STUDIES, required=True, help="which family of runs")
    for name in ("metrics", "prepared", "tables", "cards"):
        parser.add_argument(f"--{name}", type=Path, required=True, help="folder")
    for name in ("curves", "summary"):
        parser.add_argument(f"--{name}", type=Path, required=True, help="file for dvc plots and dvc metrics")
    run_stage(main, parser)
