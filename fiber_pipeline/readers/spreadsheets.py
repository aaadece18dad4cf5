"""Workbooks (.xlsx .xlsm .xls .ods): cached values only. Formulas, macros and external links are never followed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from fiber_pipeline.readers.containers import Document
from fiber_pipeline.readers.limits import Limits
from fiber_pipeline.readers.sheet import CHUNK_ROWS, Cell, Chunk, Sheet, is_blank
from fiber_pipeline.readers.unreadable import UnreadableFile
from fiber_pipeline.readers.workbook_size import check_ods_size, check_xls_size, check_xlsx_size

_CHECKS = {"xlsx": check_xlsx_size, "xls": check_xls_size, "ods": check_ods_size}


def read_workbook(
    document: Document, limits: Limits, notes: list[str], only: Sequence[str] | None = None
) -> Iterator[Sheet]:
    """Yield the workbook's sheets, hidden ones too; `only` limits them to the names given (any case).

    What is not a table (chart sheets, sheets left out) is added to `notes`. Raises UnreadableFile.
    """
    _CHECKS[document.file_type](document.handle, document.file, limits)
    with _calamine(document.file):
        workbook = CalamineWorkbook.from_object(document.handle)
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
            sheet.chunks = _chunks(cells, sheet.where)
            yield sheet


def _chunks(sheet: CalamineSheet, where: str) -> Iterator[Chunk]:
    if sheet.start is None:
        return
    first_column = sheet.start[1]
    merged = _vertical_merges(sheet)
    left_out = [""] * first_column
    chunk = Chunk()
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
            chunk.numbers.append(index + 1)
            chunk.rows.append(row)
            if len(chunk.rows) >= CHUNK_ROWS:
                yield chunk
                chunk = Chunk()
    yield chunk


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
