"""A gallery as HTML: each picture with one layer over it. Without the script it shows where the best run is wrong."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from hairline.html.markup import Html, data_block, join, tag
from hairline.html.words import HARD, thousands
from hairline.report.page.layers import CLASS_COLOURS
from hairline.report.page.pictures import LONGEST, Gallery, Shown
from hairline.report.study.study_page import TITLES

VIEWS = {
    "photograph": "Photograph",
    "truth": "Truth",
    "prediction": "Prediction",
    "verdict": "Right and wrong",
}
NAMED = 12
"""Runs that were left out are named up to this many."""


def gallery_section(gallery: Gallery, *, anchor: str) -> Html:
    best = gallery.shown[0]
    figures = [_figure(gallery, place, anchor) for place in range(len(gallery.pictures))]
    return tag(
        "section",
        tag("h3", gallery.dataset),
        tag("p", _about(gallery), class_="about"),
        tag(
            "div",
            tag("div", *_view_buttons(), class_="views", role="group", aria_label="What is shown"),
            tag("label", "Run ", _run_choice(gallery.shown), class_="run"),
            class_="tools needs-script",
        ),
        legends(gallery.classes),
        tag("div", *figures, class_="shots"),
        data_block(_for_script(gallery), class_="gallery-data"),
        class_="gallery", data_view="verdict", id=anchor, aria_label=f"test pictures of {gallery.dataset}, {best.arm}",
    )  # fmt: skip


def viewer() -> Html:
    """The dialog in which a picture is enlarged; the script fills it."""
    move = [
        tag("button", mark, type="button", class_="step", data_step=step, aria_label=label)
        for step, mark, label in (("-1", "‹", "previous picture"), ("1", "›", "next picture"))
    ]
    return tag(
        "dialog",
        tag(
            "header",
            tag("h2", "", id="viewer-title"),
            tag("button", "Close", type="button", class_="close"),
            tag("div", *_view_buttons(), class_="views", role="group", aria_label="What is shown"),
            tag("label", "Run ", tag("select"), class_="run"),
        ),
        tag("div", move[0], tag("div", class_="frame"), move[1], class_="stage"),
        tag("footer", tag("div", class_="legend-place"), tag("p", class_="scores", aria_live="polite")),
        id="viewer", aria_labelledby="viewer-title",
    )  # fmt: skip


def legends(classes: Sequence[str]) -> Html:
    """What the colours mean in each view; the style sheet shows the one that is needed."""
    false = "false alarm (of the wrong class, too)" if len(classes) > 2 else "false alarm"
    verdicts = [("found", "found"), ("false-alarm", false), ("missed", "missed")]
    colours = [(f"k{place % len(CLASS_COLOURS)}", name) for place, name in enumerate(classes[1:])]
    return tag(
        "div",
        tag("ul", *(_key(colour, name) for colour, name in verdicts), class_="key of-verdict"),
        tag("ul", *(_key(colour, name) for colour, name in colours), class_="key of-classes"),
        class_="legends",
    )  # fmt: skip


def score_lines(row: Mapping[str, str], classes: Sequence[str]) -> list[str]:
    """What is said beneath a picture, a line a class."""
    lines = []
    for name in classes[1:]:
        found, false = row[f"{name}_f1_2px"], _count(row[f"{name}_fp"])
        if not found:
            line = f"nothing to find, {false}{HARD}px of false alarm"
        else:
            shares = {"F1 at 2 px": found, "precision": row[f"{name}_precision"], "recall": row[f"{name}_recall"]}
            told = ", ".join(f"{title} {_share(value)}" for title, value in shares.items())
            line = f"{told}; {_count(row[f'{name}_fn'])}{HARD}px missed, {false}{HARD}px of false alarm"
        lines.append(f"{name}: {line}" if len(classes) > 2 else line)
    return lines


def _figure(gallery: Gallery, place: int, anchor: str) -> Html:
    picture, best = gallery.pictures[place], gallery.shown[0]
    size = {"width": picture.width, "height": picture.height}
    layer = best.layers[place].url(gallery.states.palettes()["verdict"])
    lines = score_lines(best.rows[picture.id], gallery.classes)
    images = join(
        tag("img", src=picture.photograph, alt=f"photograph {picture.id}", class_="photograph", **size),
        tag("img", src=layer, alt=f"what {best.arm} found, missed and imagined", class_="layer", **size),
    )
    button = tag("button", images, type="button", class_="frame", aria_describedby=f"{anchor}-{place}")
    caption = tag("figcaption", tag("strong", picture.id), _lines(lines), id=f"{anchor}-{place}")
    return tag("figure", button, caption, class_="shot")


def _lines(lines: Sequence[str]) -> Html:
    return tag("span", *(tag("span", line) for line in lines), class_="scores")


def _about(gallery: Gallery) -> Html:
    pictures, best = gallery.pictures, gallery.shown[0]
    if not pictures:
        return Html("No pictures: report.gallery is 0.")
    parts = [
        f"{len(pictures)} of {gallery.tested} test pictures, worst first for ",
        tag("b", best.arm),
        ", the run that val prefers; half of them its worst, the rest spread evenly from bad to good. ",
        tag(
            "span",
            "Keys: ", tag("kbd", "1"), " to ", tag("kbd", "4"), " change what is shown, ", tag("kbd", "←"), " ",
            tag("kbd", "→"), " the picture; a click enlarges it.",
            class_="needs-script",
        ),
    ]  # fmt: skip
    if any(picture.shrunk for picture in pictures):
        parts.append(f" Larger pictures are shown at {LONGEST} px; a thin line may look thicker for it.")
    if len(pictures) < gallery.wanted:
        parts.append(f" Left out to keep the page small: {gallery.wanted - len(pictures)} more pictures.")
    if gallery.left_out:
        named = ", ".join(gallery.left_out[:NAMED])
        more = f" and {len(gallery.left_out) - NAMED} more" if len(gallery.left_out) > NAMED else ""
        parts.append(f" Not shown, for lack of room or because they were tested on other pictures: {named}{more}.")
    return join(*parts)


def _view_buttons() -> list[Html]:
    return [
        tag(
            "button", title, tag("kbd", place, aria_hidden="true"), type="button", data_view=view,
            aria_pressed="true" if view == "verdict" else "false",
        )
        for place, (view, title) in enumerate(VIEWS.items(), start=1)
    ]  # fmt: skip


def _run_choice(shown: Sequence[Shown]) -> Html:
    numbered = sorted(enumerate(shown), key=lambda pair: list(TITLES).index(pair[1].study))
    groups = [
        tag("optgroup", *(tag("option", each.arm, value=place) for place, each in members), label=study.capitalize())
        for study, members in groupby(numbered, key=lambda pair: pair[1].study)
    ]
    return tag("select", *groups)


def _for_script(gallery: Gallery) -> dict[str, object]:
    """The first run's layers stand in the page already."""
    runs = [
        {
            "name": each.arm,
            "layers": [layer.body for layer in each.layers] if place else None,
            "scores": [score_lines(each.rows[picture.id], gallery.classes) for picture in gallery.pictures],
        }
        for place, each in enumerate(gallery.shown)
    ]
    return {"palettes": gallery.states.palettes(), "runs": runs}


def _key(colour: str, name: str) -> Html:
    box = tag(
        "svg", tag("rect", width=12, height=12, rx=2), viewBox="0 0 12 12", width=12, height=12, aria_hidden="true"
    )
    return tag("li", tag("span", box, class_=f"swatch {colour}"), name)


def _share(value: str) -> str:
    return f"{float(value):.3f}" if value else "n/a"


def _count(value: str) -> str:
    return thousands(float(value or 0))
