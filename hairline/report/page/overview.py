"""The head of the page: the best run of each study in one figure, and what was trained and tested on which data."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from hairline.data.manifest import SPLITS, Sample, read_manifest
from hairline.html.markup import Html, join, tag
from hairline.html.words import duration, plural, thousands
from hairline.report.page.chart import FIGURES
from hairline.report.study.results import HEADLINES, Arm, Study
from hairline.report.study.study_page import TITLES


def overview(studies: Sequence[Study], *, select: str, prepared: Path) -> Html:
    datasets = dict.fromkeys(arm.dataset for study in studies for arm in study.arms)
    data = [_dataset(name, prepared / name, studies) for name in datasets]
    return tag(
        "section",
        tag("h1", "What was found"),
        tag("p", _lede(studies), class_="lede"),
        tag("div", *(_headline(study, select) for study in studies), class_="cards"),
        tag("h2", "Data and networks", class_="small"),
        tag("div", *data, *map(_networks, studies), class_="cards"),
        id="overview",
    )  # fmt: skip


def over_what(study: Study) -> str:
    """What the intervals of the study are over."""
    repeats = len(study.arms[0].runs)
    if repeats == 1:
        return "over the test pictures (percentile bootstrap)"
    return f"over {repeats} repeats (Student's t): seeds and folds"


def _lede(studies: Sequence[Study]) -> str:
    runs = sum(len(arm.runs) for study in studies for arm in study.trained)
    return (
        f"{plural(runs, 'training')} in {plural(len(studies), 'study', 'studies')}, scored on test pictures that "
        "nothing was chosen on. Every choice, of weights, of a threshold and of the best run, was made on val. "
        "Brackets, bars and bands are 95 % intervals."
    )


def _headline(study: Study, select: str) -> Html:
    best = study.best(select)
    value, interval = best.score(study.headline)
    shown = "n/a" if value is None else f"{value:.3f}"
    known = value is not None and interval and None not in interval
    span = f"95 % interval {interval[0]:.3f} to {interval[1]:.3f}, {over_what(study)}" if known else ""
    pictures = plural(best.first.scores["images"], f"{study.split} picture")
    return tag(
        "article",
        tag("h2", TITLES[study.name].partition(":")[0]),
        tag("p", tag("span", shown, class_="figure"), " ", tag("span", HEADLINES[study.headline], class_="unit")),
        tag("p", span) if span else None,
        tag("p", tag("b", best.name), f", {_chosen_from(study, select)}; class {best.target} in {pictures} of "
            f"{best.dataset}. ", *_against_reference(best, study)),
        tag("p", tag("a", "All arms and charts", href=f"#{study.name}")),
        class_="card headline",
    )  # fmt: skip


def _chosen_from(study: Study, select: str) -> str:
    arms = len(study.on(study.trained[0].dataset).trained)
    return f"the best of {arms} arms by {FIGURES[select]} on val" if arms > 1 else "the only arm"


def _against_reference(best: Arm, study: Study) -> list[object]:
    test = study.difference(best.name, study.headline)
    if not test or test["difference"] is None:
        return []
    ends = (test["low"], test["high"])
    told = f" [{ends[0]:+.3f}, {ends[1]:+.3f}]" if None not in ends else ""
    return ["Against ", tag("b", best.plan.reference), f": {test['difference']:+.3f}{told}."]


def _dataset(name: str, folder: Path, studies: Sequence[Study]) -> Html:
    samples = read_manifest(folder / "manifest.csv")
    labelled = [sample for sample in samples if sample.labelled]
    splits = Counter(sample.split for sample in labelled)
    runs = [run for study in studies for arm in study.arms if arm.dataset == name for run in arm.runs]
    folds = sorted({run.repeat.fold for run in runs})
    widths = {split: round(100 * splits[split] / max(1, len(labelled))) for split in SPLITS if splits[split]}
    parts = [tag("span", class_=f"part {split} w{width}") for split, width in widths.items()]
    bar = tag("div", *parts, class_="parts", aria_hidden="true")
    counts = tag("dl", *(_pair(split, thousands(splits[split])) for split in SPLITS), class_="counts")
    empty = sum(not sample.crack_share for sample in labelled)
    facts = [f"{plural(empty, 'picture')} without a crack", _sizes(samples)]
    if folds != [0]:
        tested = ", ".join(map(str, folds))
        facts.append(f"cross-validation, fold {tested} tested; the counts are those of the set's own split")
    return tag("article", tag("h3", name), bar, counts, tag("p", "; ".join(facts), "."), class_="card")


def _networks(study: Study) -> Html:
    found: dict[str, list[Arm]] = {}
    for arm in study.trained:
        arguments = ", ".join(f"{key} {value}" for key, value in arm.first.metrics["arguments"].items())
        title = arm.first.metrics["network"] + (f" ({arguments})" if arguments else "")
        found.setdefault(title, []).append(arm)
    rows = [tag("li", tag("b", title), f": {_named(arms)}") for title, arms in found.items()]
    seeds = sorted({run.repeat.seed for arm in study.arms for run in arm.runs})
    seconds = sum(run.record()["seconds"] for arm in study.trained for run in arm.runs)
    told = f"{'Seed' if len(seeds) == 1 else 'Seeds'} {', '.join(map(str, seeds))}; {duration(seconds)} of training."
    title = f"{TITLES[study.name].partition(':')[0]}: networks"
    return tag("article", tag("h3", title), tag("ul", *rows, class_="plain"), tag("p", told), class_="card")


def _named(arms: Sequence[Arm], most: int = 4) -> Html:
    names = [arm.name for arm in arms[:most]]
    return join(", ".join(names), f" and {len(arms) - most} more" if len(arms) > most else "")


def _pair(title: str, value: object) -> Html:
    return tag("div", tag("dt", tag("span", class_=f"dot {title}"), title), tag("dd", value))


def _sizes(samples: Sequence[Sample]) -> str:
    sizes = Counter((sample.width, sample.height) for sample in samples)
    (width, height), count = min(sizes.items(), key=lambda item: (-item[1], item[0]))
    if len(sizes) > 1 and count == 1:
        return "of many sizes"
    return f"{'all' if len(sizes) == 1 else 'most'} {width} × {height} px"
