"""A study's figures as files: SVG for screens and papers, PNG for whatever takes no SVG."""

from pathlib import Path

from matplotlib.figure import Figure

from hairline import io
from hairline.config import AnnotateParams, DistillParams
from hairline.report.figures.classes import classes
from hairline.report.figures.learning import learning
from hairline.report.figures.masks import masks
from hairline.report.figures.pareto import pareto
from hairline.report.figures.precision_recall import precision_recall
from hairline.report.figures.style import paper
from hairline.report.figures.temperature import temperature
from hairline.report.study.results import Study


def draw_figures(study: Study, *, select: str) -> dict[str, Figure]:
    """By name; those that have nothing to show for this study are left out."""
    figures = {"learning": learning(study, select=select), "pareto": pareto(study)}
    figures["precision_recall"] = precision_recall(study)
    if isinstance(study.section, DistillParams):
        figures["temperature"] = temperature(study)
    if isinstance(study.section, AnnotateParams):
        figures["masks"] = masks(study)
    if len(study.arms[0].first.classes) > 2:
        figures["classes"] = classes(study)
    return figures


def write_figures(out: Path, study: Study, *, select: str) -> None:
    """Replace the folder `out`: <name>.svg and <name>.png, without a date, so that equal results give equal bytes."""
    with io.replaced_folder(out) as folder, paper():
        for name, figure in draw_figures(study, select=select).items():
            figure.savefig(folder / f"{name}.svg", metadata={"Date": None, "Creator": None})
            figure.savefig(folder / f"{name}.png", metadata={"Software": None})
