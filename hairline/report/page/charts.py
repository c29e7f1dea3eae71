"""The charts of a study in the order of the page; one that has nothing to show is left out."""

from hairline.html.markup import Html
from hairline.report.page.by_class import by_class
from hairline.report.page.chart import Looks
from hairline.report.page.cost import against_latency, against_parameters
from hairline.report.page.learning import learning
from hairline.report.page.precision_recall import precision_recall
from hairline.report.page.temperature import temperature
from hairline.report.study.results import Study


def study_charts(study: Study, looks: Looks, *, select: str) -> list[Html]:
    charts = [
        learning(study, looks, select=select),
        temperature(study),
        against_latency(study, looks),
        against_parameters(study, looks),
        *precision_recall(study, looks),
        by_class(study, looks, select=select),
    ]
    return [chart for chart in charts if chart is not None]
