"""What a network is for and where it must not be trusted: said by its own results, not by hope."""

from collections.abc import Iterator, Sequence

from hairline.metrics.images import LARGE_ALARM
from hairline.report.study.results import Run

ENOUGH = 8
"""Pictures with the class, before a quarter of them says anything."""


def limits(run: Run, *, elsewhere: Sequence[Run], drawn: bool, repeats: int) -> list[str]:
    """Sentences."""
    return [
        "For research, and for a first look at photographs like those it was trained on, which a person then checks. "
        "Not for decisions about safety by itself: it says where a crack may be seen, not how deep or how grave it is.",
        *_data(run, elsewhere=elsewhere, drawn=drawn),
        *_false_alarms(run),
        *[line for name in run.classes[1:] for line in _of_class(run, name)],
        *_certainty(run, repeats=repeats),
    ]


def _data(run: Run, *, elsewhere: Sequence[Run], drawn: bool) -> Iterator[str]:
    if drawn:
        yield (
            "It has seen drawn pictures only, made by this program. A score on drawn pictures does not say how well it "
            "does on photographs."
        )
    if elsewhere:
        names = ", ".join(f"`{each.metrics['dataset']}`" for each in elsewhere)
        yield f"Tested also on {names}, which it was not trained on; the scores there, above, tell more of new places."
    else:
        yield "Tested on no other data set: how it does on other surfaces, cameras, distances and light is not known."


def _false_alarms(run: Run) -> Iterator[str]:
    count, share = run.scores["crack_free_images"], run.scores["large_false_alarm_images"]
    if not count or share is None:
        yield "The test split has no picture without a crack: how often it sees one where there is none is not known."
        return
    large, any_at_all = round(share * count), round(run.scores["false_alarm_images"] * count)
    yield (
        f"False alarms: of {count} test pictures without a crack, {large} have more than {100 * LARGE_ALARM:g} % of "
        f"their pixels marked, and {any_at_all} at least one pixel."
    )


def _of_class(run: Run, name: str) -> Iterator[str]:
    shown = f"`{name.replace('`', chr(39))}`"
    pictures, found = run.score("support_images", name), run.score("found_images", name)
    if not pictures or found is None:
        yield f"The test split has no true pixel of {shown}: nothing is known of how well it is found."
        return
    missed = pictures - round(found * pictures)
    yield f"In {missed} of the {pictures} test pictures with {shown} not one of its pixels is found."
    strict, tolerant = run.score("f1", name), run.score("f1_2px", name)
    if strict is not None and tolerant is not None:
        yield (
            f"Do not measure widths of {shown} by its masks: F1 is {strict:.3f} pixel by pixel and {tolerant:.3f} "
            "where 2 px of slack are given."
        )
    thin = _least_visible(run, name)
    if thin:
        count, most, score = thin
        yield (
            f"Short and thin ones: in the quarter of the pictures with the fewest pixels of {shown} ({count} pictures, "
            f"at most {most} pixels) F1 is {score:.3f}."
        )


def _least_visible(run: Run, name: str) -> tuple[int, int, float] | None:
    """Pictures, most pixels and pooled F1 of the quarter of the pictures with the fewest pixels of the class."""
    counts = [
        tuple(int(float(row[f"{name}_{part}"])) for part in ("support_pixels", "fp", "fn")) for row in run.images()
    ]
    counts = sorted(each for each in counts if each[0])
    if len(counts) < ENOUGH:
        return None
    quarter = counts[: len(counts) // 4]
    true, wrong, missed = (sum(column) for column in zip(*quarter, strict=True))
    hits = true - missed
    return len(quarter), quarter[-1][0], 2 * hits / (2 * hits + wrong + missed)


def _certainty(run: Run, *, repeats: int) -> Iterator[str]:
    target = run.classes[1]
    interval = run.interval("f1", target)
    if interval and None not in interval:
        yield (
            f"{run.scores['images']} test pictures leave an interval of {interval[1] - interval[0]:.3f} around F1; "
            "differences smaller than that may be chance."
        )
    if repeats > 1:
        yield f"One of {repeats} repeats of the same recipe; the study's table says how far they differ."
    else:
        yield "One seed: another one gives another network and other scores, by how much is not known."
