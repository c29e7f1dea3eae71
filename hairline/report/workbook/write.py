"""Sheets of plain values become an openpyxl workbook, row by row, so that thirty thousand rows need little memory."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, OneCellAnchor
from openpyxl.drawing.xdr import XDRPositiveSize2D
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.utils.units import pixels_to_EMU
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from hairline.report.workbook import charts, layout, styles
from hairline.report.workbook.sheet import HEADER, Cells, Chart, Kind, Link, Picture, Sheet, SheetTable
from hairline.report.workbook.values import (
    NOT_THERE,
    clean,
    could_be_a_formula,
    headers,
    plain,
    sheet_name,
    table_name,
)

NOTES = (100, 200)
"""The shortest and the longest line of notes, in characters; between them it follows the tables."""
A4 = 9


def build(sheets: Sequence[Sheet]) -> Workbook:
    book = Workbook(write_only=True)
    book.properties.creator, book.properties.title = "hairline", "Scores of crack finders"
    tables: list[str] = []
    for sheet in sheets:
        _SheetWriter(book, sheet, tables).write()
    return book


@dataclass(frozen=True)
class _Place:
    """Where a table lies."""

    header: int
    titles: Sequence[str]


class _SheetWriter:
    """One sheet, from top to bottom; nothing can be changed once its row is written."""

    def __init__(self, book: Workbook, sheet: Sheet, tables: list[str]) -> None:
        self.sheet, self.tables = sheet, tables
        self.page: Worksheet = book.create_sheet(sheet_name(sheet.name, book.sheetnames))
        self.widths = layout.widths([part for part in sheet.parts if isinstance(part, SheetTable)])
        width = int(min(max(sum(self.widths), NOTES[0]), NOTES[1]))
        self.notes = [line for note in sheet.notes for line in textwrap.wrap(note, width)]
        self.row = 0
        self.places: dict[str, _Place] = {}
        self.brushes: dict[tuple[int, str], Cell] = {}

    def write(self) -> None:
        self._set_up()
        self._line(self.sheet.title, styles.TITLE)
        for note in self.notes:
            self._line(note)
        for part in self.sheet.parts:
            self._skip(1)
            if isinstance(part, SheetTable):
                self._table(part)
            else:
                self._chart(part)

    def _set_up(self) -> None:
        """What stands before the rows in the file: widths, what stays in view, how it is printed."""
        page = self.page
        tables = [part for part in self.sheet.parts if isinstance(part, SheetTable)]
        for column, width in enumerate(self.widths, start=1):
            page.column_dimensions[get_column_letter(column)].width = width
        header = 3 + len(self.notes) + bool(tables and tables[0].caption)
        # where several tables follow each other, the header of the first one must not stand over the others
        page.freeze_panes = _corner(self.sheet.fixed_columns, header if len(tables) == 1 else 1)
        page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        page.page_setup.orientation, page.page_setup.paperSize = "landscape", A4
        page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
        page.print_title_rows = f"{header}:{header}" if len(tables) == 1 else "1:1"
        page.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.6, header=0.2, footer=0.3)  # inches
        page.oddFooter.center.text = "&A, page &P of &N"

    def _append(self, cells: list[Any]) -> None:
        self.page.append(cells)
        self.row += 1

    def _skip(self, rows: int) -> None:
        for _ in range(rows):
            self._append([])

    def _line(self, text: str, font: Font | None = None) -> None:
        cell = self._text(clean(text))
        if font:
            cell.font = font
        self._append([cell])

    def _text(self, text: str) -> Cell:
        """Always text, whatever it begins with."""
        cell = WriteOnlyCell(self.page, text)
        cell.data_type = "s"
        cell.quotePrefix = could_be_a_formula(text)
        return cell

    def _table(self, table: SheetTable) -> None:
        if table.caption:
            self._line(table.caption, styles.CAPTION)
        if not table.rows:
            self._line("nothing to show")
            return
        titles = headers(column.title for column in table.columns)
        self._header(table, titles)
        place = _Place(self.row, titles)
        self.places[table.name] = place
        tall = layout.can_be_tall(table)
        for row in table.rows:
            self._row(table, row, tall)
        for column, each in enumerate(table.columns, start=1):
            if each.kind in styles.SCALES:
                letter = get_column_letter(column)
                area = f"{letter}{place.header + 1}:{letter}{self.row}"
                self.page.conditional_formatting.add(area, styles.colour_scale(each.kind))
        self._name_table(table, place)

    def _name_table(self, table: SheetTable, place: _Place) -> None:
        name = table_name(table.name, self.tables)
        self.tables.append(name)
        area = f"A{place.header}:{get_column_letter(len(place.titles))}{self.row}"
        named = Table(displayName=name, name=name, ref=area, autoFilter=AutoFilter(ref=area))
        named.tableColumns = [TableColumn(id=place_, name=title) for place_, title in enumerate(place.titles, start=1)]
        named.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
        self.page.tables.add(named)  # add_table would only warn that the columns are up to us

    def _header(self, table: SheetTable, titles: Sequence[str]) -> None:
        cells = []
        lines = 1
        for place, (column, title) in enumerate(zip(table.columns, titles, strict=True)):
            cell = self._text(title)
            cell.font, cell.fill, cell.border = styles.HEADER, styles.HEADER_FILL, styles.HEADER_BORDER
            if column.kind in styles.WORDS:
                cell.alignment = styles.of_words(place, wrap=True, vertical="bottom")
            else:
                cell.alignment = styles.NUMBER_HEADER
            if column.meaning:
                height = layout.LINE_HEIGHT * (2 + len(column.meaning) // 38)
                cell.comment = Comment(clean(column.meaning), "hairline", height=height, width=260)
            cells.append(cell)
            lines = max(lines, layout.line_count(title, self.widths[place] - 1))
        self.page.row_dimensions[self.row + 1].height = layout.LINE_HEIGHT * lines + 3
        self._append(cells)

    def _row(self, table: SheetTable, row: Sequence[Any], tall: bool) -> None:
        cells = list(self._cells(table, row))
        height = layout.height(table, row) if tall else None
        if height:
            self.page.row_dimensions[self.row + 1].height = height
        self._append(cells)

    def _cells(self, table: SheetTable, row: Sequence[Any]) -> Iterator[Cell | None]:
        for place, (column, value) in enumerate(zip(table.columns, row, strict=True)):
            if isinstance(value, Picture):
                self._picture(value, place)
                yield None
            elif isinstance(value, Link):
                yield self._link(value, place)
            else:
                value = plain(value)
                yield None if value == "" else self._cell(place, column.kind, value)

    def _cell(self, place: int, kind: Kind, value: str | int | float) -> Cell:
        """One cell a column and look, filled anew for each row: much faster than new ones, and written at once."""
        look = kind
        if isinstance(value, str):
            look = NOT_THERE if value == NOT_THERE else "risky" if could_be_a_formula(value) else f"words in {kind}"
        brush = self.brushes.get((place, look))
        if brush is None:
            brush = self.brushes[place, look] = self._brush(place, look, kind)
        brush.value = value
        if isinstance(value, str):
            brush.data_type = "s"
        return brush

    def _brush(self, place: int, look: str, kind: Kind) -> Cell:
        cell = WriteOnlyCell(self.page)
        cell.number_format = styles.FORMATS[kind] if look == kind else "General"
        if kind in styles.WORDS:
            cell.alignment = styles.of_words(place, wrap=kind == "prose")
        else:
            cell.alignment = styles.TOP if look == kind else styles.RIGHT
        cell.quotePrefix = look == "risky"
        if look == NOT_THERE:
            cell.font = styles.QUIET
        return cell

    def _link(self, link: Link, place: int) -> Cell:
        cell = self._text(clean(link.text))
        cell.row = cell.column = 1  # openpyxl asks for a place; it is set to the true one when the row is written
        cell.hyperlink = link.target
        cell.font, cell.alignment = styles.LINK, styles.of_words(place)
        return cell

    def _picture(self, picture: Picture, column: int) -> None:
        image = Image(BytesIO(picture.content))
        away = pixels_to_EMU(layout.PICTURE_MARGIN)
        image.anchor = OneCellAnchor(
            _from=AnchorMarker(col=column, row=self.row, colOff=away, rowOff=away),
            ext=XDRPositiveSize2D(pixels_to_EMU(picture.width), pixels_to_EMU(picture.height)),
        )
        self.page.add_image(image)

    def _chart(self, chart: Chart) -> None:
        self.page.add_chart(charts.draw(chart, self._address), f"A{self.row + 1}")
        self._skip(charts.ROWS)

    def _address(self, cells: Cells) -> str:
        place, letter = self.places[cells.table], get_column_letter(cells.column + 1)
        first, last = (place.header + 1 + row if row != HEADER else place.header for row in (cells.first, cells.last))
        area = f"${letter}${first}" if first == last else f"${letter}${first}:${letter}${last}"
        return f"{quote_sheetname(self.page.title)}!{area}"


def _corner(columns: int, rows: int) -> str:
    """The first cell that scrolls."""
    return f"{get_column_letter(columns + 1)}{rows + 1}"
