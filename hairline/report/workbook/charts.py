"""Native charts: the spreadsheet program draws them from the cells, so they follow when somebody edits one."""

import math
from collections.abc import Callable, Sequence

from openpyxl.chart import ScatterChart
from openpyxl.chart.data_source import AxDataSource, NumDataSource, NumRef, StrRef
from openpyxl.chart.marker import Marker
from openpyxl.chart.series import SeriesLabel, XYSeries
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.title import title_maker
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties

from hairline.palette import GREY, SERIES
from hairline.report.workbook.sheet import Axis, Cells, Chart
from hairline.report.workbook.styles import plain_hex, tint

WIDTH, HEIGHT = 22.0, 10.5  # centimetres
ROWS = 22
"""How many rows of a sheet it covers."""
SYMBOLS = ("circle", "square", "triangle", "diamond", "x", "plus", "star", "dash")
TITLE_SIZE = 1300  # hundredths of a point
LINE = 19_050  # of a series, in the format's unit: 12 700 to a point


def draw(chart: Chart, address: Callable[[Cells], str]) -> ScatterChart:
    """`address` tells where cells of a table lie: 'sheet'!$A$1:$A$9."""
    drawn = ScatterChart(scatterStyle="lineMarker")
    drawn.title, drawn.style = title_maker(chart.title), 2
    for run in drawn.title.tx.rich.p[0].r:
        run.rPr = CharacterProperties(sz=TITLE_SIZE, b=True)
    drawn.width, drawn.height = WIDTH, HEIGHT
    drawn.legend.position = "r"
    drawn.display_blanks = "gap"
    for axis, wanted in ((drawn.x_axis, chart.x), (drawn.y_axis, chart.y)):
        _set_axis(axis, wanted)
    for place, each in enumerate(chart.series):
        series = XYSeries(
            idx=place,
            order=place,
            tx=SeriesLabel(strRef=StrRef(f=address(each.name))),
            xVal=AxDataSource(numRef=NumRef(f=address(each.x))),
            yVal=NumDataSource(numRef=NumRef(f=address(each.y))),
        )
        colour = plain_hex(GREY if each.dashed else SERIES[place % len(SERIES)])
        # colours come again past the eighth; the symbols are then shifted by one, so that no pair does
        symbol = "none" if each.dashed else SYMBOLS[(place + place // len(SERIES)) % len(SYMBOLS)]
        line = LineProperties(solidFill=colour, w=LINE, prstDash=_dash(place) if each.dashed else "solid")
        if each.x.first == each.x.last:
            line = LineProperties(noFill=True)  # a point alone; the legend would show a line that is not there
        series.graphicalProperties = GraphicalProperties(ln=line)
        series.marker = Marker(symbol=symbol, size=8)
        series.marker.graphicalProperties = GraphicalProperties(solidFill=colour, ln=LineProperties(solidFill=colour))
        series.smooth = False
        drawn.series.append(series)
    return drawn


def _dash(place: int) -> str:
    return ("dash", "sysDot")[place % 2]


def _set_axis(axis: object, wanted: Axis) -> None:
    axis.title, axis.delete = wanted.title, False
    axis.number_format, axis.numFmt.sourceLinked = wanted.number_format, False
    axis.scaling.min, axis.scaling.max = wanted.low, wanted.high
    axis.scaling.logBase = 10 if wanted.logarithmic else None
    axis.crosses = "min"
    axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=tint(GREY, 0.3)))


def share_axis(title: str, values: Sequence[float]) -> Axis:
    """In whole twentieths, a little below the lowest to a little above the highest, within 0 and 1."""
    low = max(0.0, math.floor((min(values) - 0.01) * 20) / 20)
    high = min(1.0, math.ceil((max(values) + 0.01) * 20) / 20)
    return Axis(title, low, high, "0.00")


def cost_axis(title: str, values: Sequence[float]) -> Axis:
    """Logarithmic, in whole powers of ten, where sizes differ by more than ten times; else from zero."""
    lowest, highest = min(values), max(values)
    if lowest > 0 and highest > 10 * lowest:
        low, high = 10.0 ** math.floor(math.log10(lowest)), 10.0 ** math.ceil(math.log10(highest))
        return Axis(title, low, high, "#,##0" if low >= 1 else "General", logarithmic=True)
    step = 10.0 ** math.floor(math.log10(highest)) / 2 if highest > 0 else 0.5
    high = step * (math.floor(highest / step) + 1)
    return Axis(title, 0.0, high, "#,##0" if step >= 1 else "General")
