"""Where tables lie in a sheet: one under another, or side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from fiber_pipeline.readers.columns.names import (
    NEARLY,
    ROLE_NAMES,
    is_known_name,
    is_other_name,
    strength,
    whole_names,
)
from fiber_pipeline.readers.sheet import Cell, Chunk, Sheet, is_blank
from fiber_pipeline.readers.tables.header import are_names, find_header
from fiber_pipeline.text import fold

# A title may stand between the blank row that ends a table and the next one's header.
_TITLES = 2
_NAMED_COLUMNS = 2
_NAME_CHARACTERS = 40
_MOST_QUESTIONS = 60


def tables_of(sheet: Sheet) -> Iterator[Sheet]:
    """Yield the tables of a sheet in order; each must be read before the next is asked for.

    A table ends where other column names stand, under titles perhaps. Tables that lie side by side, with a blank column
    between them, are told by each having its own comments beside its own scores or dates. One that lies on its side is
    turned round.
    """
    if sheet.header is not None:
        yield sheet
        return
    for table in _stacked(_upright(sheet)):
        yield from _beside(table)


def _upright(sheet: Sheet) -> Sheet:
    """The sheet itself; or, where questions stand below each other and each answer fills a column, turned round."""
    chunks = iter(sheet.chunks)
    sample = next(chunks, Chunk())
    filled = [row for row in sample.rows if not all(map(is_blank, row))]
    if not 2 <= len(filled) <= _MOST_QUESTIONS or not _lies_on_its_side(filled):
        return replace(sheet, chunks=_chained(sample, chunks))
    width = max(map(len, filled))
    rows = [[row[column] if column < len(row) else None for row in filled] for column in range(width)]
    notes = [*sheet.notes, "the table lies on its side; it was read column by column, and rows are numbered so"]
    return replace(sheet, chunks=iter([Chunk(list(range(1, width + 1)), rows)]), notes=notes)


def _lies_on_its_side(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether the first cells of the rows, and not the cells of the first row, are names of columns."""
    first = [row[0] for row in rows if row]
    roles = {role for cell in first if isinstance(cell, str) for role in ROLE_NAMES if strength(cell, role) >= NEARLY}
    across = sum(isinstance(cell, str) and is_known_name(cell) for cell in rows[0])
    return "comment" in roles and len(roles) > 1 and across < 2 and are_names(first) and len(rows[0]) > 2


def _stacked(sheet: Sheet) -> Iterator[Sheet]:
    rows = _Rows(sheet.chunks)
    chunks = rows.next_table()
    yield replace(sheet, chunks=chunks)
    # What the reader left of a table belongs to it all the same.
    for _ in chunks:
        pass
    while not rows.is_done:
        chunks = rows.next_table()
        yield replace(sheet, chunks=chunks, notes=[f"a table of its own, from row {rows.begins_at} on"])
        for _ in chunks:
            pass


class _Rows:
    """The rows of a sheet, handed on table by table."""

    def __init__(self, chunks: Iterator[Chunk]) -> None:
        self._chunks = chunks
        self._pending: Chunk | None = None
        self._header: list[str] | None = None
        self._has_data = False
        self._after_blank = True
        self.is_done = False
        self.begins_at = 1

    def next_table(self) -> Iterator[Chunk]:
        """The chunks of the next table, the last of them cut where it ends."""
        self._header = None
        while True:
            chunk = self._pending if self._pending is not None else next(self._chunks, None)
            self._pending = None
            if chunk is None:
                self.is_done = True
                return
            end = self._end(chunk)
            if end is None:
                yield chunk
                continue
            head, self._pending = _cut(chunk, end)
            self.begins_at = self._pending.numbers[0]
            yield head
            return

    def _end(self, chunk: Chunk) -> int | None:
        """The position at which another table begins, if one does."""
        for position, row in enumerate(chunk.rows):
            # Nearly every row is told by its first look: no cell of a blank row is anything.
            if not any(row) and all(map(is_blank, row)):
                self._after_blank = True
                continue
            if self._after_blank or self._header is None or (self._has_data and _begins_with_name(row)):
                begins = position
                found = self._names_at(chunk.rows, position) if self._after_blank else _names(row)
                if found is not None:
                    if self._header is None:
                        self._header, self._has_data = found, False
                    elif found != self._header:
                        self._header = None
                        return self._with_titles(chunk.rows, begins)
                elif self._header is None and position > 40:
                    self._header = []
                else:
                    self._has_data = self._header is not None
            else:
                self._has_data = True
            self._after_blank = False
        return None

    def _with_titles(self, rows: Sequence[Sequence[Cell]], position: int) -> int:
        """Where a table begins whose names stand here: with the title right above it, if it has one."""
        while position > 1 and sum(not is_blank(cell) for cell in rows[position - 1]) == 1:
            position -= 1
        return position

    def _names_at(self, rows: Sequence[Sequence[Cell]], position: int) -> list[str] | None:
        """The column names of a table that begins here, under titles perhaps."""
        for row in rows[position : position + _TITLES + 1]:
            names = _names(row)
            if names is not None:
                return names
            if sum(not is_blank(cell) for cell in row) != 1:
                return None
        return None


def _begins_with_name(row: Sequence[Cell]) -> bool:
    """Whether a row's first text is, as it stands, a name that columns go by; hardly any row of data begins so."""
    first = next((cell for cell in row if cell), None)
    return isinstance(first, str) and len(first) <= _NAME_CHARACTERS and fold(first.strip()) in whole_names()


def _names(row: Sequence[Cell]) -> list[str] | None:
    """A row's cells, if several of them are names that columns go by."""
    cells = [cell for cell in row if not is_blank(cell)]
    if len(cells) < _NAMED_COLUMNS or not are_names(cells):
        return None
    roles = sum(is_known_name(str(cell)) for cell in cells)
    others = sum(is_other_name(str(cell)) for cell in cells)
    if roles and roles + others >= max(_NAMED_COLUMNS, len(cells) / 2):
        return [fold(str(cell).strip("\ufeff ")) for cell in cells]
    return None


def _cut(chunk: Chunk, position: int) -> tuple[Chunk, Chunk]:
    """A chunk in two, the second beginning at a position."""
    number = chunk.numbers[position]
    return (
        Chunk(
            chunk.numbers[:position],
            chunk.rows[:position],
            [bad for bad in chunk.malformed if bad.number < number],
            {row: told for row, told in chunk.troubles.items() if row < position},
        ),
        Chunk(
            chunk.numbers[position:],
            chunk.rows[position:],
            [bad for bad in chunk.malformed if bad.number >= number],
            {row - position: told for row, told in chunk.troubles.items() if row >= position},
        ),
    )


def _beside(sheet: Sheet) -> Iterator[Sheet]:
    chunks = iter(sheet.chunks)
    sample = next(chunks, None)
    groups = _column_groups(sample.rows) if sample is not None else []
    if len(groups) < 2:
        sheet.chunks = _chained(sample, chunks)
        yield sheet
        return
    held = list(_chained(sample, chunks))
    for place, (first, last) in enumerate(groups):
        letters = f"{_letter(first)}-{_letter(last - 1)}"
        part = [
            Chunk(
                list(chunk.numbers), [row[first:last] for row in chunk.rows], chunk.malformed if not place else [], {}
            )
            for chunk in held
        ]
        notes = [*(sheet.notes if not place else ()), f"a table of its own, in the columns {letters}"]
        yield replace(sheet, chunks=iter(part), notes=notes, part=letters if place else None)


def _chained(first: Chunk | None, rest: Iterator[Chunk]) -> Iterator[Chunk]:
    if first is not None:
        yield first
    yield from rest


def _column_groups(rows: Sequence[Sequence[Cell]]) -> list[tuple[int, int]]:
    """The tables that lie side by side, as (first column, one past the last); none or one where there is one."""
    header = find_header(rows)
    if header.position is None:
        return []
    names = rows[header.position]
    blank = [column for column, name in enumerate(names) if is_blank(name)]
    if not blank or blank == [*range(blank[0], len(names))]:
        return []
    below = rows[header.position + 1 :]
    gaps = [column for column in blank if all(column >= len(row) or is_blank(row[column]) for row in below)]
    edges = [-1, *gaps, len(names)]
    groups = [(left + 1, right) for left, right in pairwise(edges) if right - left > 1]
    return groups if len(groups) > 1 and all(_stands_alone(names[first:last]) for first, last in groups) else []


def _stands_alone(names: Sequence[Cell]) -> bool:
    """Whether some columns have comments and, beside them, a score, a date or a customer of their own."""
    told = [{role for role in ROLE_NAMES if strength(str(name), role) >= NEARLY} for name in names]
    roles = set().union(*told)
    return "comment" in roles and len(roles) > 1


def _letter(column: int) -> str:
    letters = ""
    while column >= 0:
        column, rest = divmod(column, 26)
        letters = chr(ord("A") + rest) + letters
        column -= 1
    return letters
