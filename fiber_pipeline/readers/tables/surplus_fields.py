"""Rows with more fields than the header: a text that holds the delimiter was not quoted. No field is cut."""

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from fiber_pipeline.readers.sheet import Cell, is_blank
from fiber_pipeline.readers.values.dates import read_date
from fiber_pipeline.readers.values.null_marks import is_null_mark
from fiber_pipeline.readers.values.scores import read_number
from fiber_pipeline.text import fold

SURPLUS_COLUMN = "surplus fields"
"""The metadata field that keeps what could not be told to belong to any column."""

_SAMPLED = 2_000
_NEARLY_ALL = 0.9
_HARDLY_ANY = 0.05
_FEW_VALUES = 30
_REPEATS = 3
_VALUE_CHARACTERS = 40


class Fitted(NamedTuple):
    """A row brought to the table's width, what is left over as it stood in the file, and what was done."""

    cells: list[Cell]
    surplus: str | None
    problem: str


class SurplusFields:
    """Fits the rows of one delimited table to its width."""

    def __init__(self, rows: Sequence[Sequence[Cell]], width: int, comment: int | None, delimiter: str | None) -> None:
        """Learn from sampled rows what the columns behind the comment (a position) look like."""
        self._width, self._comment, self._delimiter = width, comment, delimiter or ","
        behind = 0 if comment is None else width - comment - 1
        whole = [_without_blank_end(row, width) for row in rows[:_SAMPLED] if len(row) >= width]
        self._behind = [_shape([row[place - behind] for row in whole]) for place in range(behind)]
        fields = [cell for row in whole if len(row) == width for cell in row[1:]]
        self._is_tight = sum(map(_goes_on, fields)) <= _HARDLY_ANY * len(fields)

    def is_over(self, row: Sequence[Cell]) -> bool:
        """Whether a row has fields, not only blanks, beyond the table's width."""
        return len(row) > self._width and not all(map(is_blank, row[self._width :]))

    def fit(self, row: Sequence[Cell]) -> Fitted:
        """Fit a row of more fields than the table has columns.

        Where just as many fields as are too many start with a blank, as the rest of a sentence does after a comma,
        they go back to what they followed. Else the surplus goes into the comment where that is the last column, or
        where the fields behind it look like their columns when counted from the row's end; else it is left over.
        """
        cells = _without_blank_end(row, self._width)
        count, surplus = len(cells), len(cells) - self._width
        said = f"the row has {count} fields where the table has {self._width} columns"
        if self._is_tight and sum(map(_goes_on, cells[1:])) == surplus:
            return Fitted(self._spoken(cells), None, f"{said}; texts with {self._delimiter!r} were put together")
        if self._comment is not None and self._is_aligned(cells):
            end = self._comment + surplus + 1
            text = self._join(cells[self._comment : end])
            return Fitted([*cells[: self._comment], text, *cells[end:]], None, f"{said}; the comment was put together")
        left = self._join(cells[self._width :])
        return Fitted(cells[: self._width], left, f"{said}; what is too many is under {SURPLUS_COLUMN!r}")

    def _join(self, cells: Sequence[Cell]) -> str:
        return self._delimiter.join("" if cell is None else str(cell) for cell in cells)

    def _spoken(self, cells: Sequence[Cell]) -> list[Cell]:
        whole: list[Cell] = []
        for place, cell in enumerate(cells):
            if place and _goes_on(cell):
                whole[-1] = self._join([whole[-1], cell])
            else:
                whole.append(cell)
        return whole

    def _is_aligned(self, cells: Sequence[Cell]) -> bool:
        if not self._behind:
            return True
        behind = cells[-len(self._behind) :]
        told = [shape(cell) for shape, cell in zip(self._behind, behind, strict=True) if shape and not is_blank(cell)]
        return bool(told) and all(told)


def named_width(header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> int:
    """How many columns a table of a delimited file has, by its header's names.

    Blank names at the end (a delimiter ends each line) are none. Where nearly all rows go on to the same width with
    fields that do not read as the rest of a sentence, the columns behind the header are columns without a name.
    """
    named = max((place + 1 for place, name in enumerate(header) if name.strip()), default=len(header))
    lengths = [len(_without_blank_end(row, named)) for row in rows[:_SAMPLED]]
    usual = max(set(lengths), key=lengths.count, default=named)
    if usual <= named or lengths.count(usual) < _NEARLY_ALL * len(lengths):
        return named
    further = [cell for row in rows[:_SAMPLED] if len(row) >= usual for cell in row[named:usual]]
    spoken = sum(map(_goes_on, further))
    return usual if spoken < 0.5 * len(further) else named


def unnamed_width(rows: Sequence[Sequence[Cell]]) -> int:
    """How many columns a delimited table without a header has: as most rows, or fewer where the rest goes on a text."""
    lengths = Counter(len(_without_blank_end(row, 1)) for row in rows[:_SAMPLED])
    usual = max(lengths, key=lambda length: (lengths[length], length))
    for width in sorted(length for length in lengths if 1 < length < usual):
        further = [cell for row in rows[:_SAMPLED] for cell in row[width:] if not is_blank(cell)]
        if sum(map(_goes_on, further)) >= _NEARLY_ALL * len(further):
            return width
    return max(Counter(map(len, rows)), key=lambda length: (lengths[length], length))


def lacks_first_name(header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether every row has a number of its own before the columns that the header names, as R writes them."""
    sampled = rows[:_SAMPLED]
    if len(sampled) < _REPEATS or any(len(row) != len(header) + 1 for row in sampled) or not all(header):
        return False
    firsts = [read_number(row[0]) for row in sampled]
    return all(
        first is not None and second is not None and second > first for first, second in itertools.pairwise(firsts)
    )


def _without_blank_end(row: Sequence[Cell], width: int) -> list[Cell]:
    end = len(row)
    while end > width and is_blank(row[end - 1]):
        end -= 1
    return list(row[:end])


def _shape(cells: Sequence[Cell]) -> Callable[[Cell], bool] | None:
    """A test that nearly all cells of a column pass and prose does not, None if there is none."""
    held = [cell for cell in cells if not is_blank(cell)]
    if not held:
        return None
    for test in (_is_number, _is_date):
        if sum(map(test, held)) >= _NEARLY_ALL * len(held):
            return test
    texts = [fold(str(cell)).strip() for cell in held]
    values = {text for text in texts if len(text) <= _VALUE_CHARACTERS and texts.count(text) >= _REPEATS}
    if len(values) <= _FEW_VALUES and sum(text in values for text in texts) >= _NEARLY_ALL * len(texts):
        return lambda cell: fold(str(cell)).strip() in values or is_null_mark(cell)
    return None


def _goes_on(cell: Cell) -> bool:
    return isinstance(cell, str) and cell[:1] == " " and not is_blank(cell)


def _is_number(cell: Cell) -> bool:
    return read_number(cell) is not None or is_null_mark(cell)


def _is_date(cell: Cell) -> bool:
    return read_date(cell) is not None or is_null_mark(cell)
