"""Lays tables out on the sheets of a workbook: titles, headers, formats, filters and print setup.

Text goes in as text: no cell is a formula or a link, and what a spreadsheet program might take for a formula when
the cell is edited carries Excel's own quote mark. Rows are written top to bottom, once each, because a workbook may
keep no more than one row in memory.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from fiber_pipeline.outputs.palette import BAD, GOOD, LIGHT, NEGATIVE_BAR, WARN, Tint
from fiber_pipeline.outputs.reading import Row

NO_DATA = "No hay datos para mostrar."
# Excel refuses longer cells; what is cut is in the exports.
LONGEST_CELL = 32_767
LINE_HEIGHT = 15.5
_MOST_LINES = 12
_RISKY_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "'")
# 3C0A is Windows' number for Spanish as written in Paraguay: month names come out in Spanish on any computer.
MONTH_FORMAT = "[$-3C0A]mmm yyyy"
_NUMBER_FORMATS = {
    "integer": "#,##0",
    "decimal": "#,##0.0",
    "score": "0.00",
    "percent": "0.0%",
    "change": "+#,##0.0;-#,##0.0;0.0",
    "whole_change": "+#,##0;-#,##0;0",
    "points": '+#,##0.0" p. p.";-#,##0.0" p. p.";0.0" p. p."',
    "month": MONTH_FORMAT,
    "date": "dd/mm/yyyy",
    "datetime": "dd/mm/yyyy hh:mm",
}


@dataclass(frozen=True)
class Column:
    """A column of a sheet: its header, how to get its value from a row, its kind and its width in characters.

    kind: text, wrapped (text over several lines), integer, decimal, score, percent, change, month, date or datetime.
    """

    header: str
    value: Callable[[Row], Any]
    kind: str = "text"
    width: int = 12


@contextmanager
def new_workbook(path: Path, *, constant_memory: bool = False) -> Iterator[Any]:
    """Yield an xlsxwriter workbook in which text stays text; it is written when the block ends.

    constant_memory: keep no more than one row in memory, so that rows must be written in order. Raises OSError if the
    file cannot be written.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    options = {"constant_memory": constant_memory}
    options |= dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    try:
        with xlsxwriter.Workbook(str(path), options) as workbook:
            yield workbook
    except FileCreateError as error:
        raise error.args[0] from None


class Formats:
    """The cell formats of one workbook, made once each."""

    def __init__(self, workbook: Any) -> None:
        """Add the formats to an open xlsxwriter workbook."""
        base = {"font_name": "Calibri", "font_size": 11, "valign": "top"}
        self.title = workbook.add_format({**base, "font_size": 18, "bold": True, "font_color": LIGHT.accent})
        self.subtitle = workbook.add_format({**base, "font_color": LIGHT.faint})
        self.note = workbook.add_format({**base, "font_color": LIGHT.faint, "text_wrap": True})
        self.section = workbook.add_format({**base, "font_size": 13, "bold": True, "font_color": LIGHT.accent})
        header = {
            **base,
            "bold": True,
            "font_color": LIGHT.surface,
            "bg_color": LIGHT.accent,
            "text_wrap": True,
            "valign": "vcenter",
        }
        # Indented, so that text does not touch the figure on its left.
        self.header = workbook.add_format({**header, "indent": 1})
        self.number_header = workbook.add_format({**header, "align": "right"})
        text = {**base, "align": "left", "indent": 1}
        self.text = workbook.add_format(text)
        self.quoted = workbook.add_format({**text, "quote_prefix": True})
        self.wrapped = workbook.add_format({**text, "text_wrap": True})
        self.wrapped_quoted = workbook.add_format({**text, "text_wrap": True, "quote_prefix": True})
        self.absent = workbook.add_format({**base, "font_color": LIGHT.faint, "align": "right"})
        self.strong = workbook.add_format({**text, "bold": True})
        self.numbers = {
            kind: workbook.add_format({**base, "num_format": shape, "align": "right"})
            for kind, shape in _NUMBER_FORMATS.items()
        }
        self.link = workbook.add_format({**base, "font_color": LIGHT.accent, "underline": 1})
        self.bad, self.good, self.warn = (workbook.add_format(_tinted(tint)) for tint in (BAD, GOOD, WARN))


def _tinted(tint: Tint) -> dict[str, str]:
    return {"font_color": tint.ink, "bg_color": tint.fill}


def write_text(sheet: Any, row: int, column: int, text: str, formats: Formats, *, wrapped: bool = False) -> None:
    """Write text that can be nothing but text."""
    kept = text[:LONGEST_CELL]
    if kept.startswith(_RISKY_STARTS):
        cell = formats.wrapped_quoted if wrapped else formats.quoted
    else:
        cell = formats.wrapped if wrapped else formats.text
    sheet.write_string(row, column, kept, cell)


def write_title(sheet: Any, formats: Formats, title: str, notes: Sequence[str]) -> int:
    """Write a sheet's title and the notes under it; return the first row below them, one left blank."""
    sheet.hide_gridlines(2)
    sheet.set_row(0, 28)
    sheet.write_string(0, 0, title, formats.title)
    for place, note in enumerate(notes, start=1):
        sheet.write_string(place, 0, note, formats.subtitle)
    return len(notes) + 2


def write_table(
    sheet: Any,
    formats: Formats,
    first_row: int,
    columns: Sequence[Column],
    rows: Iterable[Row],
    *,
    is_main: bool = True,
) -> int:
    """Write a header and rows from `first_row`; return the row after the last.

    is_main: the sheet's own table, with a filter, a frozen header, and the header repeated on every printed page.
    """
    if is_main:
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
    sheet.set_row(first_row, 32)
    for place, column in enumerate(columns):
        is_number = column.kind in formats.numbers
        sheet.write_string(first_row, place, column.header, formats.number_header if is_number else formats.header)
    at = first_row
    plan = [
        (place, column.value, column.kind, formats.numbers.get(column.kind)) for place, column in enumerate(columns)
    ]
    write_string, write_number, write_datetime = sheet.write_string, sheet.write_number, sheet.write_datetime
    text, quoted, wrapped, wrapped_quoted = formats.text, formats.quoted, formats.wrapped, formats.wrapped_quoted
    wrapping = [(column.value, column.width) for column in columns if column.kind == "wrapped"]
    for row in rows:
        at += 1
        if wrapping:
            # Not every program grows rows to their text when it opens a file.
            lines = max(-(-len(value(row)) // max(width - 4, 1)) for value, width in wrapping)
            sheet.set_row(at, LINE_HEIGHT * min(max(lines, 1), _MOST_LINES))
        for place, value_of, kind, number in plan:
            value = value_of(row)
            if value is None or value == "":
                continue
            if number is None:
                risky = value.startswith(_RISKY_STARTS)
                if kind == "wrapped":
                    write_string(at, place, value[:LONGEST_CELL], wrapped_quoted if risky else wrapped)
                else:
                    write_string(at, place, value[:LONGEST_CELL], quoted if risky else text)
            elif isinstance(value, datetime):
                write_datetime(at, place, value, number)
            else:
                write_number(at, place, value, number)
    if is_main:
        sheet.autofilter(first_row, 0, max(at, first_row + 1), len(columns) - 1)
        sheet.freeze_panes(first_row + 1, 0)
        sheet.repeat_rows(first_row)
    return at + 1


def add_bars(sheet: Any, first: int, last: int, column: int, *, most: float) -> None:
    """Draw a bar behind each figure from 0 to `most`: the longer, the worse."""
    ends = {"min_type": "num", "min_value": 0, "max_type": "num", "max_value": most}
    sheet.conditional_format(
        first, column, last, column, {"type": "data_bar", "bar_color": NEGATIVE_BAR, "bar_solid": True, **ends}
    )


def lines_of(text: str, letters: int) -> int:
    """How many lines the text takes where a line holds so many letters."""
    return max(-(-len(text) // letters), 1)


def set_up_print(sheet: Any, title: str, *, is_one_page: bool = False) -> None:
    """A4, landscape, as wide as the page (or all of it on one page), with title and page numbers."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1 if is_one_page else 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.set_footer(f"&L{title.replace('&', '&&')}&RPágina &P de &N")
