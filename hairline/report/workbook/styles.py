"""How cells look: one small set of styles, in the colours of every other report."""

from openpyxl.formatting.rule import ColorScaleRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from hairline.palette import BLUE, GREY, VERMILION, rgb
from hairline.report.workbook.sheet import Kind

FORMATS: dict[Kind, str] = {
    "text": "General",
    "prose": "General",
    "plain": "General",
    "figure": "General",
    "score": "0.0000",
    "share": "0.0000",
    "bound": "0.0000",
    "difference": "+0.0000;-0.0000;0.0000",
    "chance": "0.000",
    "count": "#,##0",
    "time": "#,##0.0",
    "size": "#,##0.00",
    "percent": "0.00%",
}
WORDS: tuple[Kind, ...] = ("text", "prose", "plain")


def tint(colour: str, share: float) -> str:
    """The colour mixed into white, so that black text stays readable: RRGGBB."""
    return "".join(f"{round(255 + (part - 255) * share):02X}" for part in rgb(colour))


def plain_hex(colour: str) -> str:
    return colour.removeprefix("#")


FACE = "Calibri"
TITLE = Font(FACE, bold=True, size=14)
CAPTION = Font(FACE, bold=True, size=11)
HEADER = Font(FACE, bold=True)
QUIET = Font(FACE, color=plain_hex(GREY), italic=True)
LINK = Font(FACE, color=plain_hex(BLUE), underline="single")
HEADER_FILL = PatternFill("solid", fgColor=tint(BLUE, 0.16))
HEADER_BORDER = Border(bottom=Side("thin", color=plain_hex(BLUE)))
NUMBER_HEADER = Alignment(wrap_text=True, vertical="bottom", horizontal="center")
TOP = Alignment(vertical="top")
RIGHT = Alignment(vertical="top", horizontal="right")


def of_words(column: int, *, wrap: bool = False, vertical: str = "top") -> Alignment:
    """Text beside a column of numbers keeps a little away from them."""
    return Alignment(vertical=vertical, horizontal="left", indent=1 if column else 0, wrap_text=wrap)


GOOD = tint(BLUE, 0.45)
SCALES: dict[Kind, tuple[str, str, str]] = {
    "score": (tint(VERMILION, 0.6), "FFFFFF", GOOD),
    "percent": (tint(VERMILION, 0.6), "FFFFFF", GOOD),
    "share": ("FFFFFF", tint(BLUE, 0.22), GOOD),
}
"""The colours of 0, 0.5 and 1; what is between is mixed."""


def colour_scale(kind: Kind) -> ColorScaleRule:
    """With fixed ends, so that a colour means one value in every table."""
    low, middle, high = SCALES[kind]
    return ColorScaleRule(
        start_type="num", start_value=0, start_color=low,
        mid_type="num", mid_value=0.5, mid_color=middle,
        end_type="num", end_value=1, end_color=high,
    )  # fmt: skip
