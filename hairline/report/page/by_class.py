"""Bars a class: what val prefers, the reference and the teacher side by side. One class needs no such chart."""

from hairline.html.markup import Html
from hairline.report.page import plot
from hairline.report.page.chart import Looks, chart_figure, is_known, key_of
from hairline.report.page.looks import Look
from hairline.report.page.plot import Plot
from hairline.report.study.results import Arm, Study
from hairline.report.study.tables import with_interval

ARMS = 3
SCORE, TITLE = "f1_2px", "F1 at 2 px"
BAR, NAME = 15, 22
"""Height of a bar and of a class's name, with the space around them."""


def by_class(study: Study, looks: Looks, *, select: str) -> Html | None:
    names = study.arms[0].first.classes[1:]
    if len(names) < 2:
        return None
    by_name = {arm.name: arm for arm in study.arms}
    wanted = dict.fromkeys([study.best(select).name, *study.references, "teacher"])
    arms = [by_name[name] for name in wanted if name in by_name][:ARMS]
    row = BAR * len(arms) + NAME
    height = plot.TOP + plot.BOTTOM + row * len(names)
    drawing = Plot((0.0, 1.0), (0.0, 1.0), x_label=TITLE, y_label="", height=height, y_ticks=())
    for place, name in enumerate(names):
        top = plot.TOP + row * place
        drawing.note(plot.LEFT, top + 11, plot.shorten(name, 48), style="name strong")
        for line, arm in enumerate(arms):
            _bar(drawing, arm, name, looks[arm.name], top + NAME - 4 + BAR * line)
    key = key_of([(looks[arm.name], arm.name) for arm in arms])
    return chart_figure(drawing, f"{TITLE} by class", "Whiskers: 95 % intervals.", key)


def _bar(drawing: Plot, arm: Arm, name: str, own: Look, top: float) -> None:
    value, interval = arm.score(SCORE, name)
    if value is None:
        drawing.note(plot.LEFT + 4, top + 9, f"{arm.name}: n/a, no true pixel in the test split")
        return
    title = f"{arm.name}, {name}: {with_interval(value, interval)}"
    drawing.flat_bar(value, interval if is_known(interval) else None, top, own, title=title)
