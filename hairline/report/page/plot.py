"""A chart as inline SVG: scales, axes, lines, markers and labels that keep out of each other's way.

Text is text and takes the page's colour, so a chart follows a dark page and a screen reader's letters. Sizes are in
units of a chart 420 wide, which is about what it gets on a phone and in a column of a wide page.
"""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from hairline.html.markup import Html, join, tag
from hairline.report.page.looks import Look

WIDTH, HEIGHT = 420, 310
LEFT, TOP, BOTTOM = 40, 28, 40
LETTER = 6.3  # mean width of a letter of 11.5 units
LINE = 13.0
LONGEST = 18

Point = tuple[float, float]


@dataclass(frozen=True)
class Scale:
    """From a value to a place on the chart."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        low, high, at = (math.log10(v) if self.log else v for v in (self.low, self.high, value))
        return self.start + (at - low) / (high - low) * (self.end - self.start)

    def ticks(self) -> list[float]:
        if self.log:
            return self._log_ticks()
        step = _nice_step((self.high - self.low) / 5)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [round(place * step, 10) for place in range(first, last + 1)]

    def _log_ticks(self) -> list[float]:
        decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        for parts in ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 5, 7)):
            found = [part * 10.0**decade for decade in decades for part in parts]
            found = [value for value in found if self.low <= value * (1 + 1e-9) and value <= self.high * (1 + 1e-9)]
            if len(found) >= 3:
                break
        return found


def span(values: Sequence[float], *, log: bool = False, pad: float = 0.08) -> tuple[float, float]:
    """The ends of an axis that shows all of the values with some air."""
    low, high = min(values), max(values)
    if log:
        room = max(math.log10(high / low) * pad, 0.12)
        return low / 10**room, high * 10**room
    room = (high - low) * pad or abs(high) * 0.1 or 0.5
    return low - room, high + room


def share_span(values: Sequence[float]) -> tuple[float, float]:
    """The same for shares, which end at 0 and 1, and of which a tenth at least is shown."""
    low, high = span(values)
    if high - low < 0.1:
        low, high = (low + high) / 2 - 0.05, (low + high) / 2 + 0.05
    return max(low, 0.0) if low > 0 else min(low, 0.0), min(high, 1.0) if max(values) <= 1 else high


def wide(values: Sequence[float]) -> tuple[float, float]:
    """An axis from the first value to the last, with room for a marker."""
    room = (max(values) - min(values)) * 0.04 or 1.0
    return min(values) - room, max(values) + room


class Plot:
    """One chart being drawn; later marks lie over earlier ones."""

    def __init__(
        self,
        x: tuple[float, float],
        y: tuple[float, float],
        *,
        x_label: str,
        y_label: str,
        x_log: bool = False,
        x_ticks: Sequence[float] | None = None,
        y_ticks: Sequence[float] | None = None,
        gutter: float = 14,
        height: float = HEIGHT,
    ) -> None:
        self.x = Scale(*x, LEFT, WIDTH - gutter, log=x_log)
        self.y = Scale(*y, height - BOTTOM, TOP)
        self.height = height
        self._parts: list[Html] = [self._axes(x_label, y_label, x_ticks, y_ticks)]
        self._taken: list[tuple[float, float, float, float]] = []

    def at(self, point: Point) -> Point:
        return self.x(point[0]), self.y(point[1])

    def line(self, points: Sequence[Point], look: Look, *, title: str, style: str = "line") -> None:
        path = " ".join(f"{n(x)},{n(y)}" for x, y in map(self.at, points))
        drawn = tag("polyline", tag("title", title), points=path, class_=f"{style} {look.colour}")
        self._parts.append(drawn)

    def band(self, points: Sequence[tuple[float, float, float]], look: Look) -> None:
        """(x, low, high)"""
        around = [(x, high) for x, _, high in points] + [(x, low) for x, low, _ in reversed(points)]
        path = " ".join(f"{n(x)},{n(y)}" for x, y in map(self.at, around))
        self._parts.append(tag("polygon", points=path, class_=f"band {look.colour}"))

    def bar(self, x: float, low: float, high: float, look: Look) -> None:
        """A whisker from low to high."""
        at, top, bottom = self.x(x), self.y(high), self.y(low)
        path = f"M{n(at)} {n(top)}V{n(bottom)}M{n(at - 3)} {n(top)}h6M{n(at - 3)} {n(bottom)}h6"
        self._parts.append(tag("path", d=path, class_=f"whisker {look.colour}"))

    def flat_bar(
        self, value: float, interval: Sequence[float] | None, top: float, look: Look, *, title: str, thick: float = 11
    ) -> None:
        """A bar from the left to the value, with its whisker; `top` is a place of the chart."""
        start, end = self.x.start, self.x(value)
        box = tag("rect", x=n(start), y=n(top), width=n(max(end - start, 0.5)), height=n(thick))
        whisker = None
        if interval:
            low, high, middle = self.x(interval[0]), self.x(interval[1]), n(top + thick / 2)
            ends = f"M{n(low)} {n(top + 2)}v{n(thick - 4)}M{n(high)} {n(top + 2)}v{n(thick - 4)}"
            whisker = tag("path", d=f"M{n(low)} {middle}H{n(high)}{ends}", class_="whisker plain")
        self._parts.append(tag("g", tag("title", title), box, whisker, class_=f"bar {look.colour}"))

    def mark(self, point: Point, look: Look, *, title: str) -> None:
        x, y = self.at(point)
        drawn = tag(
            "g", tag("title", title), look.shape(), transform=f"translate({n(x)} {n(y)})", class_=f"mark {look.colour}"
        )
        self._parts.append(drawn)
        self._taken.append((x - 6, y - 6, x + 6, y + 6))

    def note(self, x: float, y: float, words: str, *, anchor: str = "start", style: str = "note") -> None:
        """Words at a place of the chart, not of its values."""
        self._parts.append(tag("text", words, x=n(x), y=n(y), text_anchor=anchor, class_=style))

    def label_ends(self, ends: Sequence[tuple[float, str, Look]]) -> None:
        """Names in the gutter right of the chart, at the height of each value or as near as there is room."""
        places = spread([self.y(value) for value, _, _ in ends], gap=LINE, low=TOP + 4, high=self.height - BOTTOM)
        for (value, name, look), place in zip(ends, places, strict=True):
            start, at = self.x.end, self.y(value)
            path = f"M{n(start + 2)} {n(at)}L{n(start + 9)} {n(place)}h3"
            self._parts.append(tag("path", d=path, class_=f"leader {look.colour}"))
            words = tag("text", tag("title", name), shorten(name), x=n(start + 15), y=n(place + 4), class_="name")
            self._parts.append(words)

    def label_points(self, labels: Sequence[tuple[Point, str]]) -> None:
        """A name beside each point where it covers no other; one for which there is no room is left out."""
        for point, name in labels:
            box = self._free(*self.at(point), LETTER * width_of(shorten(name)))
            if box:
                self._taken.append(box)
                words = tag("text", tag("title", name), shorten(name), x=n(box[0] + 1), y=n(box[3] - 3), class_="name")
                self._parts.append(words)

    def svg(self, about: str) -> Html:
        return tag(
            "svg", *self._parts, viewBox=f"0 0 {WIDTH} {n(self.height)}", width=WIDTH, height=n(self.height),
            role="img", aria_label=about,
        )  # fmt: skip

    def _free(self, x: float, y: float, width: float) -> tuple[float, float, float, float] | None:
        width += 2
        for dx, dy in (
            (8, -7), (-8 - width, -7), (-width / 2, -21), (-width / 2, 8), (8, -20), (8, 6), (-8 - width, -20),
            (-8 - width, 6), (8, -35), (8, 22), (-8 - width, -35), (-8 - width, 22),
        ):  # fmt: skip
            box = (x + dx, y + dy, x + dx + width, y + dy + 13)
            inside = box[0] >= LEFT and box[2] <= WIDTH and box[1] >= 0 and box[3] <= self.height - BOTTOM
            if inside and not any(_overlap(box, other) for other in self._taken):
                return box
        return None

    def _axes(
        self, x_label: str, y_label: str, x_ticks: Sequence[float] | None, y_ticks: Sequence[float] | None
    ) -> Html:
        bottom, middle = self.y.start, (self.x.start + self.x.end) / 2
        parts = []
        for value in self.y.ticks() if y_ticks is None else y_ticks:
            at = n(self.y(value))
            parts.append(tag("path", d=f"M{LEFT} {at}H{n(self.x.end)}", class_="grid"))
            parts.append(tag("text", number(value), x=LEFT - 6, y=n(float(at) + 4), text_anchor="end"))
        for value in self.x.ticks() if x_ticks is None else x_ticks:
            at = n(self.x(value))
            parts.append(tag("path", d=f"M{at} {n(bottom)}v4", class_="axis"))
            parts.append(tag("text", number(value), x=at, y=n(bottom + 16), text_anchor="middle"))
        parts.append(tag("path", d=f"M{LEFT} {n(bottom)}H{n(self.x.end)}", class_="axis"))
        parts.append(tag("text", x_label, x=n(middle), y=n(self.height - 6), text_anchor="middle", class_="title"))
        parts.append(tag("text", y_label, x=0, y=11, class_="title"))
        return join(*parts)


def gutter_for(names: Sequence[str]) -> float:
    """The room that `label_ends` needs."""
    return 20 + LETTER * max((width_of(shorten(name)) for name in names), default=0)


def spread(places: Sequence[float], *, gap: float, low: float, high: float) -> list[float]:
    """The places moved apart as little as keeps their order, and inside low and high where all have room there."""
    order = sorted(range(len(places)), key=lambda index: (places[index], index))
    moved = [min(max(place, low), high) for place in places]
    for before, after in pairwise(order):
        moved[after] = max(moved[after], moved[before] + gap)
    limit = high
    for index in reversed(order):
        moved[index] = min(moved[index], limit)
        limit = moved[index] - gap
    return moved


def shorten(name: str, longest: int = LONGEST) -> str:
    """Names often differ in their last letters, so what goes is in the middle."""
    return name if len(name) <= longest else f"{name[: longest // 2]}…{name[longest // 2 - longest + 1 :]}"


def width_of(name: str) -> float:
    """In letters; those of East Asia are twice as wide."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in name)


def number(value: float) -> str:
    """0.25, 40, 48k, 1.2M"""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:.3g}"


def n(value: float) -> str:
    """A coordinate, without digits that nobody sees."""
    return f"{value:.1f}".removesuffix(".0")


def _nice_step(rough: float) -> float:
    size = 10 ** math.floor(math.log10(rough))
    return next(part * size for part in (1, 2, 2.5, 5, 10) if part * size >= rough * (1 - 1e-9))


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
