"""A row an arm: its scores with their intervals, how it differs from the reference, what it costs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from hairline.report.study.results import Arm, Study
from hairline.report.study.speed import engines_of, megabytes, not_timed, threads_of, timed
from hairline.report.workbook.meanings import meaning_of
from hairline.report.workbook.sheet import Column, SheetTable

SCORES = {"F1": "f1", "F1 at 2 px": "f1_2px", "mean IoU": "mean_iou"}
BEST = "best on val"
ABOUT = "what it is"
INTERVAL = "of the 95 % interval: over the test pictures for one repeat, over the repeats (Student's t) for several"

STUDY = (Column("study"),)
RUN = (Column("run"),)
CHOSEN = (
    Column(BEST, meaning="The arm that does best on the study's validation pictures; test pictures choose nothing."),
)
TESTED = (
    Column("data set", meaning="That its test pictures are from."),
    Column("class", meaning="That F1 and F1 at 2 px are of: the first one beside background."),
    Column("pictures", "count", "Test pictures."),
    Column("repeats", "count", "Trainings with another seed or fold; scores are their mean."),
)
DIFFERENCE = (
    Column("against", meaning="The arm that it is held against, on the same pictures."),
    Column(
        "difference",
        "difference",
        "F1 at 2 px minus that of the arm it is held against; with several classes, of mean IoU.",
    ),
    Column("difference low", "difference", f"Lower end {INTERVAL}."),
    Column("difference high", "difference", f"Upper end {INTERVAL}."),
    Column(
        "p",
        "chance",
        "Share of random swaps between the two arms' pictures that differ at least as much, two-sided. Only for one "
        "repeat; several have an interval over the repeats instead.",
    ),
)
COST = (
    Column("parameters", "count", "Of the network as it is used, without heads that only training needs."),
    Column("MB", "size", "Of the weights file: millions of bytes."),
    Column("MACs", "count", "Multiplications with addition for one square picture."),
)
WHAT = (Column(ABOUT),)


def _score_columns() -> tuple[Column, ...]:
    columns = []
    for title, score in SCORES.items():
        columns.append(Column(title, "score", meaning_of(score)))
        columns.append(Column(f"{title} low", "bound", f"Lower end {INTERVAL}."))
        columns.append(Column(f"{title} high", "bound", f"Upper end {INTERVAL}."))
    return tuple(columns)


SCORED = _score_columns()
OF_ALL_STUDIES = (*STUDY, *RUN, *CHOSEN, *TESTED, *SCORED, *DIFFERENCE, *COST)
OF_A_STUDY = (*RUN, *CHOSEN, *SCORED, *DIFFERENCE, *COST, *WHAT)
OF_RUNS = (*RUN, *TESTED, *SCORED, *COST, *WHAT)


def median_title(engine: str) -> str:
    return f"median ms, {engine}"


def _time_columns(engines: Iterable[str]) -> Iterator[Column]:
    for engine in engines:
        yield Column(median_title(engine), "time", f"Time for one picture by {engine}, median; of the first repeat.")
        yield Column(f"p95 ms, {engine}", "time", "The time that 95 of 100 pictures stay below.")


def arms_table(
    name: str, columns: Sequence[Column], arms: Sequence[tuple[Arm, Study | None]], *, figure: str, caption: str = ""
) -> SheetTable:
    """`columns`: one of the three above, to which the times come; an arm without a study has no difference, and nothing
    tells which is best."""
    engines = engines_of(arm.first for arm, _ in arms)
    after = columns.index(COST[-1]) + 1
    columns = [*columns[:after], *_time_columns(engines.values()), *columns[after:]]
    rows = []
    for arm, study in arms:
        cells = _cells(arm, engines) | (_in_study(arm, study, figure) if study else {})
        rows.append([cells[column.title] for column in columns])
    return SheetTable(name, columns, rows, caption)


def measured_how(arms: Sequence[Arm]) -> str:
    """What the figures of cost rest on; how each run was measured stands in run_info."""
    sizes = " or ".join(dict.fromkeys(f"{arm.first.metrics['macs_at']} px" for arm in arms))
    times = " or ".join(dict.fromkeys(_timed(arm) for arm in arms))
    busy = [arm.name for arm in arms if arm.first.speed["busy"]]
    failed = "".join(f" Not timed: {reason}." for reason in not_timed(arm.first for arm in arms))
    warning = f" Something else ran on the machine meanwhile, so too long for: {', '.join(busy)}." if busy else ""
    return f"MACs are of one picture of {sizes}, times of {times}.{warning}{failed}"


def _timed(arm: Arm) -> str:
    engines = ", ".join(f"{each['title']} ({each['how']})" for each in arm.first.speed["engines"])
    return f"{arm.first.speed['size']} px on {threads_of(arm.first)} by {engines}"


def _cells(arm: Arm, engines: Mapping[str, str]) -> dict[str, Any]:
    run = arm.first
    cells: dict[str, Any] = {
        "study": run.study,
        "run": arm.name,
        "data set": arm.dataset,
        "class": arm.target,
        "pictures": run.scores["images"],
        "repeats": len(arm.runs),
        "parameters": run.metrics["parameters"],
        "MACs": run.metrics["macs"],
        "MB": megabytes(run),
        ABOUT: arm.about,
    }
    for engine, title in engines.items():
        times = timed(run, engine)
        cells |= {median_title(title): times.get("median_ms"), f"p95 ms, {title}": times.get("p95_ms")}
    for title, score in SCORES.items():
        value, interval = arm.score(score)
        low, high = interval or (None, None)
        cells |= {title: value, f"{title} low": low, f"{title} high": high}
    return cells


def _in_study(arm: Arm, study: Study, figure: str) -> dict[str, Any]:
    """The words where the difference would stand say why there is none."""
    test = study.difference(arm.name, study.headline)
    if test is None:
        values = ("", "reference" if arm.name in study.references else "none", "", "", "")
    else:
        values = (arm.plan.reference, *(test[key] for key in ("difference", "low", "high", "p_value")))
    cells = {column.title: value for column, value in zip(DIFFERENCE, values, strict=True)}
    return cells | {BEST: "best" if arm.name == study.best(figure).name else ""}
