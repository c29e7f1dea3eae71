"""A row an arm: its scores with their intervals, how it differs from the reference, what it costs."""

from collections.abc import Sequence
from typing import Any

from hairline.report.results import Arm, Study
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
    Column("MACs", "count", "Multiplications with addition for one square picture."),
    Column("median ms", "time", "Time for one picture, median; of the first repeat."),
    Column("p95 ms", "time", "The time that 95 of 100 pictures stay below."),
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


def arms_table(
    name: str, columns: Sequence[Column], arms: Sequence[tuple[Arm, Study | None]], *, figure: str, caption: str = ""
) -> SheetTable:
    """`columns`: one of the three above; an arm without a study has no difference, and nothing tells which is best."""
    rows = []
    for arm, study in arms:
        cells = _cells(arm) | (_in_study(arm, study, figure) if study else {})
        rows.append([cells[column.title] for column in columns])
    return SheetTable(name, columns, rows, caption)


def measured_how(arms: Sequence[Arm]) -> str:
    """What the figures of cost rest on; how each run was measured stands in run_info."""
    sizes = " or ".join(dict.fromkeys(f"{arm.first.metrics['macs_at']} px" for arm in arms))
    times = " or ".join(dict.fromkeys(_timed(arm) for arm in arms))
    busy = [arm.name for arm in arms if arm.first.speed.get("busy")]
    warning = f" Something else ran on the machine meanwhile, so too long for: {', '.join(busy)}." if busy else ""
    return f"MACs are of one picture of {sizes}, times of {times}.{warning}"


def _timed(arm: Arm) -> str:
    speed = arm.first.speed
    engine = f", {speed['engine']}" if "engine" in speed else ""
    return f"{speed['size']} px on {speed['threads']} CPU thread{'s' if speed['threads'] > 1 else ''}{engine}"


def _cells(arm: Arm) -> dict[str, Any]:
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
        "median ms": run.speed["median_ms"],
        "p95 ms": run.speed["p95_ms"],
        ABOUT: arm.about,
    }
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
