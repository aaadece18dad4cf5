"""What people do with a review workbook."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

HEADER_ROW = 6


def fill_in(path: Path, name: str | None, cells: Mapping[int | str, Mapping[str, Any]]) -> None:
    """Write a reviewer's name, and values by header into rows named by their number or their text."""
    book = load_workbook(path)
    sheet = book["Revisión"]
    for row in sheet.iter_rows(max_row=HEADER_ROW):
        for cell in row:
            if cell.value == "Su nombre:":
                sheet.cell(cell.row, cell.column + 1).value = name
    header = {cell.value: cell.column for cell in sheet[HEADER_ROW]}
    row_of = {sheet.cell(row, header["Comentario"]).value: row for row in range(HEADER_ROW + 1, sheet.max_row + 1)}
    for text, changes in cells.items():
        row = HEADER_ROW + text if isinstance(text, int) else row_of[text]
        for column, value in changes.items():
            sheet.cell(row, header[column]).value = value
    book.save(path)
