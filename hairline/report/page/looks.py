"""Which arms of a study stand out in its charts, and by which colour and marker; the same in all of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from hairline import palette
from hairline.html.markup import Html, tag
from hairline.report.study.results import Arm, Study

COLOURS = tuple(colour for colour in palette.SERIES if colour != palette.YELLOW)  # yellow lines are lost on white
SHOWN = len(COLOURS)
"""Arms that get a colour; the rest are drawn in grey."""

# A unit circle's worth of space, as an SVG path or polygon around 0, 0.
SHAPES = {
    "o": Html('<circle r="4"/>'),
    "s": Html('<path d="M-3.6-3.6h7.2v7.2h-7.2z"/>'),
    "^": Html('<path d="M0-4.6 4.4 3.4h-8.8z"/>'),
    "D": Html('<path d="M0-5 5 0 0 5-5 0z"/>'),
    "v": Html('<path d="M0 4.6 4.4-3.4h-8.8z"/>'),
    "P": Html('<path d="M-1.6-4.6h3.2v3h3v3.2h-3v3h-3.2v-3h-3v-3.2h3z"/>'),
    "X": Html('<path d="M-4.4-2.2-2.2-4.4 0-2.2 2.2-4.4 4.4-2.2 2.2 0 4.4 2.2 2.2 4.4 0 2.2-2.2 4.4-4.4 2.2-2.2 0z"/>'),
}


@dataclass(frozen=True)
class Look:
    colour: str
    """A class of the style sheet: c0, c1, ... or `rest`."""
    marker: str

    def shape(self) -> Html:
        return SHAPES[self.marker]

    def swatch(self) -> Html:
        drawing = tag("svg", self.shape(), viewBox="-6 -6 12 12", width=12, height=12, aria_hidden="true")
        return tag("span", drawing, class_=f"swatch {self.colour}")


REST = Look("rest", "o")


def looks_of(study: Study, *, select: str) -> dict[str, Look]:
    """A look an arm. `net@other` looks like `net`."""
    own = study.trained
    shown = _outstanding(own, study, select)
    looks = {name: look(place) for place, name in enumerate(arm.name for arm in own if arm.name in shown)}
    return {arm.name: looks.get(arm.plan.trained, REST) for arm in study.arms}


def look(place: int) -> Look:
    """Of the place-th series of a chart."""
    return Look(f"c{place % SHOWN}", list(SHAPES)[place % len(SHAPES)])


def colour_rules() -> str:
    """The style sheet's colours. Black is the colour of the text, so that it is seen on a dark ground too."""
    series = "".join(
        f".c{place}{{color:{'inherit' if colour == palette.BLACK else colour}}}" for place, colour in enumerate(COLOURS)
    )
    verdicts = {"found": palette.FOUND, "false-alarm": palette.FALSE_ALARM, "missed": palette.MISSED}
    classes = "".join(f".k{place}{{color:{colour}}}" for place, colour in enumerate(palette.SERIES))
    return series + classes + "".join(f".{name}{{color:{colour}}}" for name, colour in verdicts.items())


def in_front(arms: Mapping[str, Look]) -> list[str]:
    """The order of drawing: grey first, so that nothing lies over what stands out."""
    return sorted(arms, key=lambda name: arms[name] != REST)


def _outstanding(arms: list[Arm], study: Study, select: str) -> set[str]:
    """All where they are few; else the reference, the teacher, what val prefers, what goes on, and the next best."""
    if len(arms) <= SHOWN:
        return {arm.name for arm in arms}
    named = [*study.references, "teacher", study.best(select).name, "chosen"]
    known = {arm.name for arm in arms}
    by_val = sorted(arms, key=lambda arm: arm.val(select), reverse=select != "loss")
    order = dict.fromkeys([name for name in named if name in known] + [arm.name for arm in by_val])
    return set(list(order)[:SHOWN])
