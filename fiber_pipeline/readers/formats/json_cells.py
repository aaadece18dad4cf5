"""JSON text in the cells of a table, as logs of webhooks hold it: its names become columns."""

import json
from collections.abc import Iterator

from fiber_pipeline.readers.columns.names import hints_at_role
from fiber_pipeline.readers.formats.json_values import flatten, written_json
from fiber_pipeline.readers.limits import Limits
from fiber_pipeline.readers.sheet import Cell, Chunk, Sheet, is_blank

_SAMPLED = 200
_SHARE = 0.8
_HEADER_ROWS = 40


def expand_json_cells(sheet: Sheet, limits: Limits) -> None:
    """Put columns in place of each column of JSON objects that name a comment or score; the rows are still to be read.

    The names go into the row above the first such cell, after the column's own. What a later cell names anew stays
    JSON text in the column itself. A format that names its columns expands such cells itself.
    """
    if sheet.header is None:
        sheet.chunks = _expanded(sheet, sheet.chunks, limits)


def _expanded(sheet: Sheet, chunks: Iterator[Chunk], limits: Limits) -> Iterator[Chunk]:
    names: dict[int, list[str]] | None = None
    for chunk in chunks:
        if names is None:
            names = {}
            starts = _json_columns(chunk)
            for column, start in starts.items():
                found = _names(chunk, column, limits)
                if found:
                    names[column] = found
                    above = chunk.rows[start - 1][column] if start else None
                    sheet.notes.append(f"column {above or column + 1!r} holds JSON; its names are columns")
            for row, cells in enumerate(chunk.rows):
                _expand(cells, names, {column for column in names if row == starts[column] - 1}, sheet.is_delimited)
        elif names:
            for cells in chunk.rows:
                _expand(cells, names, set(), sheet.is_delimited)
        yield chunk


def _json_columns(chunk: Chunk) -> dict[int, int]:
    """By column, the row of its first JSON object, for the columns that hold little else from there on."""
    starts: dict[int, int] = {}
    for row, cells in enumerate(chunk.rows[:_HEADER_ROWS]):
        for column, cell in enumerate(cells):
            if column not in starts and isinstance(cell, str) and cell[:1] in ("{", "[") and written_json(cell):
                starts[column] = row
    found = {}
    for column, start in starts.items():
        below = [cells[column] for cells in chunk.rows[start : start + _SAMPLED] if column < len(cells)]
        held = [cell for cell in below if not is_blank(cell)]
        if sum(isinstance(cell, str) and cell[:1] in ("{", "[") for cell in held) >= max(1, _SHARE * len(held)):
            found[column] = start
    return found


def _names(chunk: Chunk, column: int, limits: Limits) -> list[str]:
    """The names that a column's objects hold; none if no name hints at a comment or score."""
    names: dict[str, None] = {}
    for cells in chunk.rows:
        for name in _parsed(cells[column] if column < len(cells) else None) or ():
            if len(names) < limits.columns // 2:
                names.setdefault(name)
    return list(names) if any(map(hints_at_role, names)) else []


def _parsed(cell: Cell) -> dict[str, Cell] | None:
    if not isinstance(cell, str) or cell[:1] not in ("{", "["):
        return None
    found = written_json(cell)
    if isinstance(found, list):
        found = {"answers": found}
    return flatten(found) if isinstance(found, dict) else None


def _expand(cells: list[Cell], names: dict[int, list[str]], named: set[int], are_texts: bool) -> None:
    """Put a row's objects apart, from the right.

    named: the columns whose names this row is to hold. are_texts: whether the row's cells are texts, as in delimited
    files, and have to stay so.
    """
    for column in sorted(names, reverse=True):
        if column >= len(cells):
            continue
        if column in named:
            own = "" if is_blank(cells[column]) else f"{cells[column]}."
            cells[column + 1 : column + 1] = [f"{own}{name}" for name in names[column]]
            continue
        held = _parsed(cells[column])
        inner: list[Cell] = [held.pop(name, None) if held else None for name in names[column]]
        if are_texts:
            inner = ["" if cell is None else str(cell) for cell in inner]
        cells[column + 1 : column + 1] = inner
        if held is not None:
            cells[column] = json.dumps(held, ensure_ascii=False, default=str) if held else ""
