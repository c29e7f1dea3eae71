"""A study's page: its table with all that is needed to read it rightly, and the overlays it links to."""

from collections.abc import Sequence
from typing import Any

from hairline.metrics import definitions
from hairline.report.study.across import SCORES as ACROSS
from hairline.report.study.across import across_table
from hairline.report.study.published import Published
from hairline.report.study.results import HEADLINES, Arm, Study
from hairline.report.study.speed import engines_of, not_timed, threads_of
from hairline.report.study.study_table import (
    SCORES,
    class_table,
    line_table,
    paper_table,
    published_table,
    siblings_table,
    study_table,
)
from hairline.report.study.tables import Table

TITLES = {
    "distill": "Distillation: does a soft label help a small student?",
    "compare": "Comparison: networks trained with supervision alone",
    "prune": "Pruning: how much of a network can go?",
    "annotate": "Few masks: how many drawn by hand are enough?",
}
SUMMARY = ("f1", "f1_2px", "iou", "mean_iou", "cldice")
BY_CLASS = ("F1", "F1 at 2 px", "IoU")


def study_page(study: Study, published: Sequence[Published]) -> str:
    arms = study.arms
    networks = "; ".join(
        f"{arm.name}: {arm.first.metrics['network']} {arm.first.metrics['arguments']}" for arm in _one_per_network(arms)
    )
    parts = [
        f"# {TITLES[study.name]}",
        f"{_counts(study)} Scores are of the class `{arms[0].target}`; brackets hold 95 % intervals {_over(study)}.",
        f"Networks: {networks}.",
        study_table(study).markdown(),
        *_untimed_parts(study),
        *_failed_parts(study),
        *_across_parts(study),
        *_class_parts(study),
        *_line_parts(study),
        *_sibling_parts(study),
        *_published_parts(published),
        "## What the scores mean",
        _meanings().markdown(),
    ]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def study_paper(study: Study, *, select: str) -> str:
    """The tables as LaTeX. Bold is the name of one arm, the one that val prefers: no score on test chooses anything."""
    best = study.best(select).name
    data = f"{_counts(study)} 95 % intervals {_over(study)}."
    elsewhere = " Behind an @ stands the data set a row was tested on instead." if _elsewhere(study) else ""
    bold = f" Bold: the arm with the best {'loss' if select == 'loss' else 'score'} on val."
    title = TITLES[study.name] if TITLES[study.name].endswith("?") else f"{TITLES[study.name]}."
    first = study.arms[0].first
    engines = " / ".join(engines_of(arm.first for arm in study.arms).values())
    milliseconds = f"{engines}, median for a picture of {first.speed['size']} px on {threads_of(first)}"
    caption = (
        f"{title} {data} Scores of the class {study.arms[0].target}; minus {study.reference}: difference "
        f"of {HEADLINES[study.headline]}; ms: {milliseconds}.{elsewhere}{bold}"
    )
    tables = [paper_table(study).latex(caption=caption, label=f"tab:{study.name}", bold=best)]
    if _several_classes(study):
        for title in BY_CLASS:
            name = title.lower().replace(" ", "-")
            caption = f"{title} by class. {data}{elsewhere}{bold} n/a: no true pixel of the class."
            table = class_table(study, title)
            tables.append(table.latex(caption=caption, label=f"tab:{study.name}-{name}", bold=best))
    return "% needs \\usepackage{booktabs,graphicx}\n" + "\n".join(tables)


def summarise(study: Study) -> dict[str, dict[str, Any]]:
    """The few figures that `dvc metrics diff` and `dvc exp show` compare: on test, and on val."""
    return {arm.name: _summary(arm) for arm in study.arms}


def _summary(arm: Arm) -> dict[str, Any]:
    figures: dict[str, Any] = {name: arm.score(name)[0] for name in SUMMARY}
    if arm.is_trained:
        figures |= {"val_f1": arm.val("f1"), "val_f1_2px": arm.val("f1_2px")}
    classes = arm.first.classes[1:]
    if len(classes) > 1:
        figures["classes"] = {name: {score: arm.score(score, name)[0] for score in ("f1", "iou")} for name in classes}
    return figures


def _counts(study: Study) -> str:
    """What was scored, for each data set."""
    told = []
    for dataset in study.datasets:
        scores = study.on(dataset).arms[0].first.scores
        free = f"{scores['crack_free_images']} of them without a crack"
        told.append(f"{study.split.capitalize()} split of {dataset}: {scores['images']} pictures, {free}.")
    return " ".join(told)


def _over(study: Study) -> str:
    repeats = len(study.arms[0].runs)
    if repeats == 1:
        return "over images (percentile bootstrap)"
    return f"over {repeats} repeats (Student's t): seeds and folds"


def _several_classes(study: Study) -> bool:
    return len(study.arms[0].first.classes) > 2


def _elsewhere(study: Study) -> bool:
    return len(study.trained) < len(study.arms)


def _class_parts(study: Study) -> list[str]:
    """A table a score, a column a class, where there are several."""
    if not _several_classes(study):
        return []
    tables = [(f"## {title} by class", class_table(study, title).markdown()) for title in BY_CLASS]
    return [part for pair in tables for part in pair]


def _line_parts(study: Study) -> list[str]:
    """How far off a centre line may lie, and what that is worth."""
    told = f"Of the class `{study.arms[0].target}`: {_meaning()['lt_iou_{t}px'].replace('t pixels', 'so many pixels')}."
    return ["## lt-IoU by tolerance", told, line_table(study).markdown()]


def _sibling_parts(study: Study) -> list[str]:
    if not study.siblings:
        return []
    told = "Paired, as above. No interval is widened for their number, so of many pairs a few exclude zero by chance."
    return ["## Against each other", told, siblings_table(study).markdown()]


def _untimed_parts(study: Study) -> list[str]:
    reasons = not_timed(arm.first for arm in study.arms)
    return [f"Not timed: {'; '.join(reasons)}."] if reasons else []


def _failed_parts(study: Study) -> list[str]:
    if not study.failed:
        return []
    lines = "\n".join(f"- `{run}`: {reason}" for run, reason in study.failed.items())
    return ["## Failed", "These could not be made, and are in no row above:", lines]


def _across_parts(study: Study) -> list[str]:
    """Who was trained where and tested where, at a glance; only where a network was tested on other pictures."""
    if not _elsewhere(study):
        return []
    parts = ["## Trained on one data set, tested on another", "Bold: tested on the data set that it was trained for."]
    for title in ACROSS:
        parts += [f"{title}:", across_table(study, title).markdown()]
    return parts


def _published_parts(published: Sequence[Published]) -> list[str]:
    if not published:
        return []
    said = "Beside ours, not comparable with them where the last column says so."
    return ["## Published figures", said, published_table(published).markdown()]


def _one_per_network(arms: Sequence[Arm]) -> list[Arm]:
    found: dict[str, Arm] = {}
    for arm in arms:
        found.setdefault(str((arm.first.metrics["network"], arm.first.metrics["arguments"])), arm)
    return list(found.values())


def _meaning() -> dict[str, str]:
    return {row["name"]: row["meaning"] for row in definitions()}


def _meanings() -> Table:
    meaning = _meaning()
    rows = [
        {"column": title, "meaning": meaning.get(name) or meaning[name.replace("2px", "{t}px")]}
        for title, name in SCORES.items()
    ]
    return Table(["column", "meaning"], rows)
