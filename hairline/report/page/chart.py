"""What the charts of a study have in common: the score they show, how an arm is told, the frame and its caption."""

from collections.abc import Sequence
from typing import Any

from hairline.html.markup import Html, tag
from hairline.report.page.looks import Look
from hairline.report.page.plot import Plot
from hairline.report.study.results import HEADLINES, Arm, Study
from hairline.report.study.tables import with_interval

FIGURES = {"f1": "F1", "f1_2px": "F1 at 2 px", "iou": "IoU", "loss": "loss"}
"""What weights can be chosen by on val."""
PLAIN = Look("plain", "o")

Looks = dict[str, Look]


def chart_figure(drawing: Plot, title: str, caption: str, key: Html | None = None) -> Html:
    words = tag("figcaption", tag("strong", title), " ", caption)
    return tag("figure", words, drawing.svg(title), key, class_="chart")


def key_of(entries: Sequence[tuple[Look, str]]) -> Html:
    """A legend beneath a chart."""
    return tag("ul", *(tag("li", look.swatch(), name) for look, name in entries), class_="key")


def own_arms(study: Study) -> list[Arm]:
    """Those that were tested on the data set that they were trained for."""
    return study.trained


def told(arm: Arm) -> str:
    return f"{arm.name}: {HEADLINES[arm.headline]} {with_interval(*arm.score(arm.headline))}"


def reach(arm: Arm) -> list[float]:
    """What an axis must hold to show the arm."""
    value, interval = arm.score(arm.headline)
    return [value, *(interval if is_known(interval) else ())]


def is_known(interval: Any) -> bool:
    return bool(interval) and None not in interval
