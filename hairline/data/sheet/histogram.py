"""How wide the cracks are, as bars in inline SVG."""

import numpy as np

from hairline.data.sheet.tables import quantile
from hairline.html.markup import Html, tag

WIDTH, HEIGHT = 420, 220
LEFT, RIGHT, TOP, BOTTOM = 40, 8, 24, 40
BARS = 40
"""At most; beyond, several widths share one."""


def width_chart(counts: np.ndarray) -> Html | None:
    """`counts`: of centre-line pixels by width in pixels. The few widest, such as blobs, are one last bar."""
    if not counts.any():
        return None
    last = max(min(quantile(counts, 0.99), 3 * quantile(counts, 0.95)), 1)
    step = -(-last // BARS)
    edges = list(range(1, last + 1, step))
    shares = [float(counts[edge : edge + step].sum() / counts.sum()) for edge in edges]
    names = [str(edge) if step == 1 else f"{edge} to {edge + step - 1}" for edge in edges]
    beyond = float(counts[edges[-1] + step :].sum() / counts.sum())
    if beyond:
        shares, names = [*shares, beyond], [*names, f"over {edges[-1] + step - 1}"]
    top = max(shares)
    bar = (WIDTH - LEFT - RIGHT) / len(shares)
    drawn = []
    for place, (share, name) in enumerate(zip(shares, names, strict=True)):
        height = (HEIGHT - TOP - BOTTOM) * share / top
        box = tag(
            "rect", x=_n(LEFT + place * bar + 0.08 * bar), y=_n(HEIGHT - BOTTOM - height), width=_n(0.84 * bar),
            height=_n(height),
        )  # fmt: skip
        drawn.append(tag("g", tag("title", f"{name} px: {100 * share:.1f} % of the centre lines"), box, class_="bar"))
    every = -(-len(names) // 9)
    marks = [
        _word(LEFT + (place + 0.5) * bar, HEIGHT - BOTTOM + 16, _short(name), anchor="middle")
        for place, name in enumerate(names)
        if place % every == 0 and (place == len(names) - 1 or place + every / 2 < len(names) - (beyond > 0))
    ]
    svg = tag(
        "svg", *_axes(top), *drawn, *marks, viewBox=f"0 0 {WIDTH} {HEIGHT}", width=WIDTH, height=HEIGHT, role="img",
        aria_label="Histogram of the crack widths",
    )  # fmt: skip
    ends = [quantile(counts, share) for share in (0.05, 0.5, 0.95)]
    caption = f"Median {ends[1]} px; nine tenths lie between {ends[0]} and {ends[2]} px. Along the centre lines."
    return tag("figure", tag("figcaption", tag("strong", "Crack widths"), " ", caption), svg, class_="chart widths")


def _axes(top: float) -> list[Html]:
    parts = []
    for share in (0.0, top / 2, top):
        y = HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share / top
        parts.append(tag("path", d=f"M{LEFT} {_n(y)}H{WIDTH - RIGHT}", class_="grid" if share else "axis"))
        parts.append(_word(LEFT - 6, y + 4, f"{100 * share:.2g} %", anchor="end"))
    parts.append(_word(0, 11, "share of the centre lines", anchor="start"))
    parts.append(_word((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, "width, px", anchor="middle"))
    return parts


def _word(x: float, y: float, words: str, *, anchor: str) -> Html:
    return tag("text", words, x=_n(x), y=_n(y), text_anchor=anchor)


def _short(name: str) -> str:
    return name.partition(" to ")[0].replace("over ", ">")


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
