"""A study's page: its table with all that is needed to read it rightly, and the overlays it links to."""

from collections.abc import Sequence

from hairline.metrics import definitions
from hairline.report.published import Published
from hairline.report.results import Arm, Study
from hairline.report.study_table import SCORES, published_table, study_table
from hairline.report.tables import Table

TITLES = {
    "distill": "Distillation: does a soft label help a small student?",
    "compare": "Comparison: networks trained with supervision alone",
}
SUMMARY = ("f1", "f1_2px", "iou", "mean_iou", "cldice")


def study_page(study: Study, published: Sequence[Published]) -> str:
    arms = study.arms
    scores = arms[0].first.scores
    repeats = len(arms[0].runs)
    over = (
        "over images (percentile bootstrap)"
        if repeats == 1
        else f"over {repeats} repeats (Student's t): seeds and folds"
    )
    networks = "; ".join(
        f"{arm.name}: {arm.first.metrics['network']} {arm.first.metrics['arguments']}" for arm in _one_per_network(arms)
    )
    parts = [
        f"# {TITLES[study.name]}",
        f"Test split of `{arms[0].dataset}`: {scores['images']} pictures, {scores['crack_free_images']} of them "
        f"without a crack. Scores are of the class `{arms[0].target}`; brackets hold 95 % intervals {over}.",
        f"Networks: {networks}.",
        study_table(study).markdown(),
        "## Published figures",
        "Beside ours, not comparable with them where the last column says so.",
        published_table(published).markdown(),
        "## What the scores mean",
        _meanings().markdown(),
    ]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def summarise(study: Study) -> dict[str, dict[str, float | None]]:
    """The few figures that `dvc metrics show` and `dvc exp show` compare."""
    return {arm.name: {name: arm.score(name)[0] for name in SUMMARY} for arm in study.arms}


def _one_per_network(arms: Sequence[Arm]) -> list[Arm]:
    found: dict[str, Arm] = {}
    for arm in arms:
        found.setdefault(str((arm.first.metrics["network"], arm.first.metrics["arguments"])), arm)
    return list(found.values())


def _meanings() -> Table:
    meaning = {row["name"]: row["meaning"] for row in definitions()}
    rows = [
        {"column": title, "meaning": meaning.get(name) or meaning[name.replace("2px", "{t}px")]}
        for title, name in SCORES.items()
    ]
    return Table(["column", "meaning"], rows)
