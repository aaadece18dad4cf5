"""The sheet that explains the figures."""

from dataclasses import asdict
from operator import itemgetter
from typing import Any

from fiber_pipeline.outputs.guide import BASICS_TITLE, FIGURE_HEADERS, FIGURES_TITLE, TRAIL_TITLE, load_guide
from fiber_pipeline.outputs.workbook.spreadsheet import (
    LINE_HEIGHT,
    Column,
    Formats,
    lines_of,
    set_up_print,
    write_table,
    write_title,
)

GUIDE = "Guía"
_WIDTHS = (36, 52, 52, 52)


def add_guide(workbook: Any, formats: Formats) -> None:
    """The guide, as the report has it."""
    guide = load_guide()
    sheet = workbook.add_worksheet(GUIDE)
    row = write_title(sheet, formats, guide.title, [])
    row = _write_across(sheet, formats, row, guide.introduction) + 1
    sheet.write_string(row, 0, BASICS_TITLE, formats.section)
    for basic in guide.basics:
        row = _write_across(sheet, formats, row + 1, basic.text, basic.term) - 1
    sheet.write_string(row + 2, 0, FIGURES_TITLE, formats.section)
    columns = [
        Column(header, itemgetter(name), "wrapped", width)
        for header, name, width in zip(
            FIGURE_HEADERS, ("name", "says", "does_not_say", "question"), _WIDTHS, strict=True
        )
    ]
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
    row = write_table(sheet, formats, row + 3, columns, map(asdict, guide.figures), is_main=False) + 1
    sheet.write_string(row, 0, TRAIL_TITLE, formats.section)
    for line in guide.trail:
        row = _write_across(sheet, formats, row + 1, f"• {line.replace('`', '')}") - 1
    set_up_print(sheet, guide.title)


def _write_across(sheet: Any, formats: Formats, row: int, text: str, term: str = "") -> int:
    """Write text over the sheet's width, after a term if there is one; return the next row."""
    first = 1 if term else 0
    letters = sum(_WIDTHS[first:])
    sheet.set_row(row, LINE_HEIGHT * lines_of(text, letters))
    if term:
        sheet.write_string(row, 0, term, formats.strong)
    sheet.merge_range(row, first, row, len(_WIDTHS) - 1, text, formats.wrapped)
    return row + 1
