"""The first sheet: which run is best in each study and how sure that is, and below it all arms."""

from collections.abc import Sequence
from dataclasses import replace

from hairline.report.study.results import HEADLINES, Arm, Run, Study
from hairline.report.study.tables import with_interval
from hairline.report.workbook.arms import OF_ALL_STUDIES, OF_RUNS, arms_table, measured_how
from hairline.report.workbook.sheet import Sheet

READING = (
    "Scores are shares from 0 to 1 of the test pictures, with 95 % intervals; a colour means one value in every sheet. "
    "Rest the pointer on a header to read what it means; the sheet notes has all definitions.",
)


def overview(studies: Sequence[Study], *, figure: str) -> Sheet:
    arms = [(arm, study) for study in studies for arm in study.arms]
    notes = [*(_in_words(study, figure) for study in studies), *READING, measured_how([arm for arm, _ in arms])]
    table = arms_table("overview_arms", OF_ALL_STUDIES, arms, figure=figure)
    return Sheet("overview", "How well are cracks found?", notes, [table], fixed_columns=2)


def overview_of_runs(runs: Sequence[Run], *, left_out: Sequence[str]) -> Sheet:
    """Of single runs, that belong to no study here."""
    arms = [Arm(replace(run.plan, name=run.name, about=_network(run)), [run]) for run in runs]
    table = arms_table("overview_runs", OF_RUNS, [(arm, None) for arm in arms], figure="")
    return Sheet("overview", "How well are cracks found?", [*READING, measured_how(arms), *left_out], [table])


def _in_words(study: Study, figure: str) -> str:
    best = study.best(figure)
    text = (
        f"{study.name}: {best.name} is best on val ({figure} {best.val(figure):.4f}). On {best.first.scores['images']} "
        f"{study.split} pictures of {best.dataset} its {HEADLINES[study.headline]} is "
        f"{with_interval(*best.score(study.headline))}"
    )
    test = study.difference(best.name, study.headline)
    if test is None or test["difference"] is None:
        return f"{text}."
    interval = f" [{test['low']:+.3f}, {test['high']:+.3f}]" if test["low"] is not None else ""
    return f"{text}, {test['difference']:+.3f}{interval} against {best.plan.reference}."


def _network(run: Run) -> str:
    arguments = ", ".join(f"{key} {value}" for key, value in run.metrics["arguments"].items())
    return f"{run.metrics['network']} ({arguments})" if arguments else run.metrics["network"]
