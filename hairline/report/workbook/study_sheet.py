"""A sheet a study: its arms, and what the study asks as a chart."""

from collections.abc import Sequence

from hairline.config import DistillParams
from hairline.report.results import Study
from hairline.report.workbook.arms import COMPARED, OF_A_STUDY, arms_table, measured_how
from hairline.report.workbook.charts import cost_axis, share_axis
from hairline.report.workbook.sheet import HEADER, Axis, Cells, Chart, Column, Series, Sheet, SheetTable

TITLES = {
    "distill": "Distillation: does a soft label help a small student, and at which temperature?",
    "compare": "Comparison: how do quality, size and speed of the networks stand to each other?",
}
SCORE = "F1 at 2 px"


def study_sheet(study: Study, *, figure: str) -> Sheet:
    both = [(arm, study) for arm in study.arms]
    arms = arms_table(f"{study.name}_arms", OF_A_STUDY, both, figure=figure, caption="All arms")
    if isinstance(study.section, DistillParams):
        parts, notes = _sweep(study, study.section)
    else:
        parts, notes = _costs(study, arms)
    title = TITLES.get(study.name, f"{study.name}: quality, size and speed")
    target = study.arms[0].target
    about = f"Scores are of the class {target}; differences are against {study.reference}."
    return Sheet(study.name, title, [about, measured_how(study.arms), *notes], [arms, *parts])


def _sweep(study: Study, section: DistillParams) -> tuple[list[SheetTable | Chart], list[str]]:
    """Strategy by temperature, with the student alone and the teacher beside, so that one chart tells it all."""
    scores = {arm.name: arm.score(COMPARED)[0] for arm in study.arms}
    cells = {tuple(place): scores[arm] for arm, place in section.sweep().items()}
    beside = {"baseline": "student alone", "teacher": "teacher"}
    columns = [
        Column("temperature T", "plain", "That softens the teacher's opinion."),
        *(Column(strategy, "score", f"{SCORE} of the arm {strategy} at T.") for strategy in section.strategies),
        *(Column(title, "score", f"{SCORE}; the same at every T.") for title in beside.values()),
    ]
    rows = [
        [
            temperature,
            *(cells[strategy, temperature] for strategy in section.strategies),
            *(scores[arm] for arm in beside),
        ]
        for temperature in sorted(section.temperatures)
    ]
    grid = SheetTable(f"{study.name}_sweep", columns, rows, f"{SCORE} by strategy and temperature")
    drawn = [value for row in rows for value in row[1:]]
    if None in drawn:
        return [grid], [f"No chart: the test pictures have no true pixel of {study.arms[0].target}."]
    last = len(rows) - 1
    series = [
        Series(
            Cells(grid.name, place, HEADER, HEADER),
            Cells(grid.name, 0, 0, last),
            Cells(grid.name, place, 0, last),
            dashed=place > len(section.strategies),
        )
        for place in range(1, len(columns))
    ]
    x = _temperature_axis([row[0] for row in rows])
    return [grid, Chart(f"{SCORE} against temperature", x, share_axis(SCORE, drawn), series)], []


def _temperature_axis(temperatures: Sequence[float]) -> Axis:
    beyond = max((max(temperatures) - min(temperatures)) / 10, 1)
    low, high = int(max(0, min(temperatures) - beyond)), int(max(temperatures) + beyond + 0.999)
    return Axis("temperature T", low, high, "General")


def _costs(study: Study, arms: SheetTable) -> tuple[list[SheetTable | Chart], list[str]]:
    """Quality against size, and against time: an arm a point, in the cells of the table of arms."""
    titles = [column.title for column in arms.columns]
    own = [place for place, arm in enumerate(study.arms) if "@" not in arm.name]
    drawn = [place for place in own if arms.rows[place][titles.index(SCORE)] is not None]
    if not drawn:
        return [], [f"No chart: the test pictures have no true pixel of {study.arms[0].target}."]
    notes = [] if len(own) == len(study.arms) else ["The charts show the arms tested on the study's own data set."]
    shares = [arms.rows[place][titles.index(SCORE)] for place in drawn]
    charts = []
    for cost, axis_title in {"parameters": "parameters", "median ms": "median time a picture, ms"}.items():
        column = titles.index(cost)

        def at(place: int, column: int) -> Cells:
            return Cells(arms.name, column, place, place)

        series = [
            Series(at(place, titles.index("run")), at(place, column), at(place, titles.index(SCORE))) for place in drawn
        ]
        x = cost_axis(axis_title, [arms.rows[place][column] for place in drawn])
        charts.append(Chart(f"{SCORE} against {axis_title}", x, share_axis(SCORE, shares), series))
    return charts, notes
