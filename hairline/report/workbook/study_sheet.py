"""A sheet a study: its arms, and what the study asks as a chart."""

from collections.abc import Mapping, Sequence

from hairline.config import AnnotateParams, DistillParams
from hairline.config.annotate import DRAWN_ALONE
from hairline.report.study.results import HEADLINES, Arm, Study
from hairline.report.study.speed import first_engine
from hairline.report.workbook.arms import INTERVAL, OF_A_STUDY, arms_table, measured_how, median_title
from hairline.report.workbook.charts import cost_axis, share_axis
from hairline.report.workbook.meanings import meaning_of
from hairline.report.workbook.sheet import HEADER, Axis, Cells, Chart, Column, Series, Sheet, SheetTable

TITLES = {
    "distill": "Distillation: does a soft label help a small student, and at which temperature?",
    "prune": "Pruning: how much of a network can go, by which criterion?",
    "annotate": "Few masks: how many drawn by hand are enough, and do drawn pictures help?",
    "compare": "Comparison: how do quality, size and speed of the networks stand to each other?",
}

ENDS = {"low": "Lower end", "high": "Upper end"}


def study_sheet(study: Study, *, figure: str) -> Sheet:
    both = [(arm, study) for arm in study.arms]
    arms = arms_table(f"{study.name}_arms", OF_A_STUDY, both, figure=figure, caption="All arms")
    if isinstance(study.section, DistillParams):
        parts, notes = _sweep(study, study.section)
    elif isinstance(study.section, AnnotateParams):
        parts, notes = _masks(study, study.section)
    else:
        parts, notes = _costs(study, arms)
    title = TITLES.get(study.name, f"{study.name}: quality, size and speed")
    about = f"Scores are of the class {study.arms[0].target}{_against(study)}."
    failed = [f"Failed, and in no row: {run}: {reason}" for run, reason in study.failed.items()]
    tables = [arms, *parts, _lines_by_tolerance(study), *_against_each_other(study)]
    return Sheet(study.name, title, [about, measured_how(study.arms), *failed, *notes], tables)


def _against(study: Study) -> str:
    if not study.references:
        return ""
    return f"; differences are against {study.reference if len(study.references) == 1 else 'the arm named beside them'}"


def _lines_by_tolerance(study: Study) -> SheetTable:
    """lt-IoU, which every tolerance makes another score."""
    scores = {reach: f"lt_iou_{reach}px" for reach in study.arms[0].first.tolerances}
    columns = [Column("run")]
    for reach, name in scores.items():
        columns.append(Column(f"lt-IoU at {reach} px", "score", meaning_of(name)))
        columns += [Column(f"{reach} px {end}", "bound", f"{word} {INTERVAL}.") for end, word in ENDS.items()]
    rows = []
    for arm in study.arms:
        found = [arm.score(name) for name in scores.values()]
        rows.append([arm.name, *(cell for value, ends in found for cell in (value, *(ends or (None, None))))])
    return SheetTable(f"{study.name}_lt_iou", columns, rows, "lt-IoU by tolerance")


def _against_each_other(study: Study) -> list[SheetTable]:
    """Where two arms or more are held against one reference."""
    if not study.siblings:
        return []
    columns = [
        Column("run"),
        Column("minus"),
        Column("difference", "difference", f"Of {HEADLINES[study.headline]}, paired."),
        *(Column(f"difference {end}", "difference", f"{word} {INTERVAL}.") for end, word in ENDS.items()),
        Column("p", "chance", "Not corrected for the number of pairs; n/a over several repeats."),
    ]
    rows = [[test[key] for key in ("arm", "minus", "difference", "low", "high", "p_value")] for test in study.siblings]
    return [SheetTable(f"{study.name}_pairs", columns, rows, "Against each other")]


def _sweep(study: Study, section: DistillParams) -> tuple[list[SheetTable | Chart], list[str]]:
    """Strategy by temperature, with the student alone and the teacher beside."""
    arms = {arm.name: arm for arm in study.arms}
    temperatures = sorted(section.temperatures)
    lines = {
        strategy: [arms[f"{strategy}-T{temperature}"] for temperature in temperatures]
        for strategy in section.strategies
    }
    levels = {"student alone": arms["baseline"], "teacher": arms["teacher"]}
    table = _lines_table(f"{study.name}_sweep", "temperature T", "That softens the teacher's opinion.", temperatures,
                         lines, levels, caption=f"{HEADLINES[study.headline]} by strategy and temperature")  # fmt: skip
    return _lines(study, table, dashed=len(lines))


def _masks(study: Study, section: AnnotateParams) -> tuple[list[SheetTable | Chart], list[str]]:
    """Method by number of hand-drawn masks, with the network beside that saw none."""
    arms = {arm.name: arm for arm in study.arms}
    lines: dict[str, list[Arm | None]] = {}
    known = {}
    methods = {method: counts for method, counts in section.counts().items() if method != "drawn"}
    for method, counts in methods.items():
        for count in counts:
            arm = arms[f"{method}-{count}"]
            known[method, arm.first.record()["images"]["train"]] = arm
    numbers = sorted({number for _, number in known})
    for method in methods:
        lines[method] = [known.get((method, number)) for number in numbers]
    levels = {"no mask": arms[DRAWN_ALONE]} if DRAWN_ALONE in arms else {}
    table = _lines_table(f"{study.name}_masks", "masks", "Drawn by hand, to train on.", numbers, lines, levels,
                         caption=f"{HEADLINES[study.headline]} by method and number of hand-drawn masks")  # fmt: skip
    return _lines(study, table, dashed=len(lines))


def _lines_table(
    name: str,
    x_title: str,
    x_meaning: str,
    places: Sequence[float],
    lines: Mapping[str, Sequence[Arm | None]],
    levels: Mapping[str, Arm],
    *,
    caption: str,
) -> SheetTable:
    """A row a place on the axis, a column a line; a level is the same at every place."""
    columns = [
        Column(x_title, "plain", x_meaning),
        *(Column(title, "score", f"The score of {title} there.") for title in lines),
        *(Column(title, "score", "The same in every row.") for title in levels),
    ]
    rows = [
        [
            place,
            *("" if arms[row] is None else arms[row].score(arms[row].headline)[0] for arms in lines.values()),
            *(arm.score(arm.headline)[0] for arm in levels.values()),
        ]
        for row, place in enumerate(places)
    ]
    return SheetTable(name, columns, rows, caption)


def _lines(study: Study, table: SheetTable, *, dashed: int) -> tuple[list[SheetTable | Chart], list[str]]:
    """The table and its chart, in which the columns after the first `dashed` ones are dashed."""
    drawn = [value for row in table.rows for value in row[1:] if value not in (None, "")]
    if not drawn:
        return [table], [f"No chart: the {study.split} pictures have no true pixel of {study.arms[0].target}."]
    last = len(table.rows) - 1
    series = [
        Series(
            Cells(table.name, place, HEADER, HEADER),
            Cells(table.name, 0, 0, last),
            Cells(table.name, place, 0, last),
            dashed=place > dashed,
        )
        for place in range(1, len(table.columns))
    ]
    title, score = table.columns[0].title, HEADLINES[study.headline]
    x = _axis(title, [row[0] for row in table.rows])
    return [table, Chart(f"{score} against {title}", x, share_axis(score, drawn), series)], []


def _axis(title: str, places: Sequence[float]) -> Axis:
    beyond = max((max(places) - min(places)) / 10, 1)
    low, high = int(max(0, min(places) - beyond)), int(max(places) + beyond + 0.999)
    return Axis(title, low, high, "General")


def _costs(study: Study, arms: SheetTable) -> tuple[list[SheetTable | Chart], list[str]]:
    """Quality against size, and against time: an arm a point, in the cells of the table of arms."""
    titles = [column.title for column in arms.columns]
    score = HEADLINES[study.headline]
    own = [place for place, arm in enumerate(study.arms) if arm.is_trained]
    drawn = [place for place in own if arms.rows[place][titles.index(score)] is not None]
    if not drawn:
        return [], [f"No chart: the test pictures have no true pixel of {study.arms[0].target}."]
    notes = (
        []
        if len(own) == len(study.arms)
        else ["The charts show the arms tested on the data set that they were trained for."]
    )
    shares = [arms.rows[place][titles.index(score)] for place in drawn]
    charts = []
    engine = first_engine(study.arms[0].first)["title"]
    axes = {"parameters": "parameters", median_title(engine): f"median time a picture by {engine}, ms"}
    for cost, axis_title in axes.items():
        column = titles.index(cost)
        known = [place for place in drawn if arms.rows[place][column] is not None]
        if not known:
            notes.append(f"No chart of times: {engine} timed no arm.")
            continue

        def at(place: int, column: int) -> Cells:
            return Cells(arms.name, column, place, place)

        series = [
            Series(at(place, titles.index("run")), at(place, column), at(place, titles.index(score))) for place in known
        ]
        x = cost_axis(axis_title, [arms.rows[place][column] for place in known])
        charts.append(Chart(f"{score} against {axis_title}", x, share_axis(score, shares), series))
    return charts, notes
