"""Workbooks (.xlsx .xlsm .xls .ods): cached values only. Formulas, macros and external links are never followed."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from fiber_pipeline.readers.files.containers import Document
from fiber_pipeline.readers.formats.workbook_mending import mend, sheet_parts
from fiber_pipeline.readers.formats.workbook_size import check_ods_size, check_xls_size, check_xlsx_size
from fiber_pipeline.readers.limits import Limits
from fiber_pipeline.readers.sheet import CHUNK_ROWS, Cell, Chunk, Malformed, Sheet, is_blank
from fiber_pipeline.readers.unreadable import UnreadableFile

Unstored = Mapping[int, Sequence[str]]
"""By row number, the cells whose formula has no stored value."""


def read_workbook(
    document: Document, limits: Limits, notes: list[str], only: Sequence[str] | None = None
) -> Iterator[Sheet]:
    """Yield the workbook's sheets, hidden ones too; `only` limits them to the names given (any case).

    What is not a table (chart sheets, sheets left out) is added to `notes`. Raises UnreadableFile.
    """
    handle, unstored = _checked(document, limits, notes)
    with _calamine(document.file):
        workbook = CalamineWorkbook.from_object(handle)
    with workbook:
        described = workbook.sheets_metadata
        wanted = None if only is None else {name.casefold() for name in only}
        if wanted is not None:
            missing = wanted - {sheet.name.casefold() for sheet in described}
            if missing:
                raise UnreadableFile(
                    f"the mapping asks for sheets the workbook lacks: {', '.join(sorted(missing))}",
                    document.file,
                    "Correct `sheets` in the mapping; the workbook has "
                    + ", ".join(repr(sheet.name) for sheet in described),
                )
        for index, description in enumerate(described):
            where = f"{document.file}, sheet {description.name!r}"
            if wanted is not None and description.name.casefold() not in wanted:
                notes.append(f"{where}: left out by the mapping")
                continue
            if description.typ is not SheetTypeEnum.WorkSheet:
                notes.append(f"{where}: holds no cells (a chart, dialog or macro sheet)")
                continue
            with _calamine(where):
                cells = workbook.get_sheet_by_index(index)
            sheet = Sheet(document.file, document.member, description.name, iter(()))
            if description.visible is not SheetVisibleEnum.Visible:
                sheet.notes.append("the sheet is hidden; it was read like any other")
            sheet.chunks = _chunks(cells, sheet.where, unstored.get(description.name, {}))
            yield sheet


def _checked(document: Document, limits: Limits, notes: list[str]) -> tuple[BinaryIO, Mapping[str, Unstored]]:
    """The workbook as calamine can read it, once it is known to be of a size that may be loaded."""
    handle = document.handle
    if document.file_type == "xls":
        check_xls_size(handle, document.file, limits)
    elif document.file_type == "ods":
        check_ods_size(handle, document.file, limits)
    if document.file_type != "xlsx":
        return handle, {}
    findings = check_xlsx_size(handle, document.file, limits)
    if findings.to_mend:
        told = ", ".join(sorted(findings.to_mend))
        notes.append(f"{document.file}: read from a copy, since these parts are sound but written oddly: {told}")
        handle = mend(handle, findings.to_mend)
        findings = check_xlsx_size(handle, document.file, limits)
    if not any(findings.unstored.values()):
        return handle, {}
    parts = sheet_parts(handle, document.file)
    return handle, {name: findings.unstored.get(part, {}) for name, part in parts.items()}


def _chunks(sheet: CalamineSheet, where: str, unstored: Unstored) -> Iterator[Chunk]:
    chunk = Chunk()
    for number, row in _rows(sheet, where):
        if number in unstored and all(map(is_blank, row)):
            chunk.malformed.append(_only_formulas(number, unstored[number]))
            continue
        if number in unstored:
            chunk.troubles[len(chunk.rows)] = [_told(unstored[number])]
        chunk.numbers.append(number)
        chunk.rows.append(row)
        if len(chunk.rows) >= CHUNK_ROWS:
            yield chunk
            chunk = Chunk()
    # calamine's sheet ends with its last value.
    read = sheet.end[0] + 1 if sheet.end is not None else 0
    chunk.malformed.extend(_only_formulas(number, cells) for number, cells in unstored.items() if number > read)
    yield chunk


def _only_formulas(number: int, cells: Sequence[str]) -> Malformed:
    return Malformed(number, [], f"the row holds nothing that is stored: {_told(cells)}")


def _told(cells: Sequence[str]) -> str:
    more = f" and {len(cells) - 5} more" if len(cells) > 5 else ""
    return (
        f"{', '.join(cells[:5])}{more}: a formula without a stored value; "
        "open the workbook in Excel or LibreOffice and save it"
    )


def _rows(sheet: CalamineSheet, where: str) -> Iterator[tuple[int, list[Cell]]]:
    if sheet.start is None:
        return
    first_column = sheet.start[1]
    merged = _vertical_merges(sheet)
    left_out = [""] * first_column
    with _calamine(where):
        for index, cells in enumerate(sheet.iter_rows()):
            row: list[Cell] = [*left_out, *cells]
            if index in merged and not all(map(is_blank, row)):
                # A merged cell stands for each row it spans; a row with nothing of its own is no row.
                for column, top_left in merged[index]:
                    if column < len(row):
                        row[column] = top_left[0]
            for cell_list, column in merged.get(~index, ()):
                cell_list.append(row[column] if column < len(row) else "")
            yield index + 1, row


def _vertical_merges(sheet: CalamineSheet) -> dict[int, list[Any]]:
    """By row index, the (column, holder) to fill; by ~row index, the (holder, column) that row supplies."""
    plan: dict[int, list[Any]] = {}
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        if bottom == top:
            continue
        holder: list[Cell] = []
        plan.setdefault(~top, []).append((holder, left))
        for row in range(top + 1, bottom + 1):
            plan.setdefault(row, []).append((left, holder))
    return plan


@contextmanager
def _calamine(where: str) -> Iterator[None]:
    try:
        yield
    except PasswordError as error:
        raise UnreadableFile("the workbook is protected by a password", where, "Remove it and save again") from error
    except CalamineError as error:
        raise _damaged(where) from error
    except BaseException as error:
        # A damaged file can make calamine panic, which arrives as a class that cannot be imported.
        if type(error).__module__ != "pyo3_runtime":
            raise
        raise _damaged(where) from error


def _damaged(where: str) -> UnreadableFile:
    return UnreadableFile(
        "the workbook is truncated or damaged", where, "Open it in Excel or LibreOffice and save it again"
    )
