"""Where a table's header is, if it has one: one row of names, or several that make them together."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

from fiber_pipeline.readers.columns.names import (
    hints_at_role,
    is_known_name,
    is_other_name,
    is_subheader,
    is_untold,
    plain_name,
)
from fiber_pipeline.readers.sheet import Cell, is_blank
from fiber_pipeline.readers.values.dates import read_date
from fiber_pipeline.readers.values.scores import read_nps, read_number
from fiber_pipeline.text import fold

_SEARCHED = 40
_LOOKED_AT = 2_000
_Row = tuple[int, Sequence[Cell]]
_NAME_CHARACTERS = 200
_NAME_WORDS = 25
# Names may stand in up to so many rows: a title over several columns, a question, what a program calls it.
_MOST_ROWS = 3
_BELOW = 50
# Qualtrics writes a row of these under its two rows of names.
_IMPORT_ID = re.compile(r'\s*\{\s*"?ImportId')


class Header(NamedTuple):
    """The header's last row by position, None if there is none, and the unique names of the columns.

    first: the position of its first row. name_row: of the one that names most.
    """

    position: int | None
    names: list[str]
    first: int | None = None
    name_row: int | None = None


def find_header(rows: Sequence[Sequence[Cell]], forced: int | None = None, expected: Collection[str] = ()) -> Header:
    """Find the header among the first rows of a table; `forced` is its position where that is known.

    expected: plain names that a person says are in it.
    The header is the earliest row of names that known column names stand out in; failing that, a first row of
    texts over columns that hold something else. A single column has a header only if it is a known name exactly.
    Rows under it that go on naming, and one above it that tells repeated names apart, are part of it.
    """
    width = max((len(row) for row in rows), default=0)
    index = _find(rows, expected) if forced is None else forced
    if index is None or index >= len(rows):
        return Header(index, unique_names([], width), index, index)
    names: list[Cell] = list(rows[index])
    last = index
    while last + 1 < len(rows) and last - index + 1 < _MOST_ROWS and _continues(rows, last + 1):
        last += 1
        names = _combined(names, rows[last])
    first = index
    if index and _tells_apart(rows[index - 1], rows[index]):
        first = index - 1
        names = _grouped(rows[first], names)
    return Header(last, unique_names(names, width), first, index)


def unique_names(cells: Sequence[Cell], width: int) -> list[str]:
    """Names for `width` columns: spaces tidied, blank ones named by position, repeated ones numbered."""
    names: list[str] = []
    taken: set[str] = set()
    for position in range(max(width, len(cells))):
        cell = cells[position] if position < len(cells) else None
        base = f"column {position + 1}" if is_blank(cell) else " ".join(str(cell).replace("\ufeff", "").split())
        name, count = base, 2
        while name in taken:
            name, count = f"{base} ({count})", count + 1
        taken.add(name)
        names.append(name)
    return names


def _find(rows: Sequence[Sequence[Cell]], expected: Collection[str]) -> int | None:
    looked_at = rows[:_LOOKED_AT]
    filled = [(index, [cell for cell in row if not is_blank(cell)]) for index, row in enumerate(looked_at)]
    candidates = [(index, cells) for index, cells in filled[: _SEARCHED * 3] if cells][:_SEARCHED]
    if not candidates:
        return None
    widths = Counter(len(cells) for _, cells in filled if cells)
    usual = max(widths, key=lambda width: (widths[width], width))
    best, best_score = None, 0.0
    data_above = 0
    for place, (index, cells) in enumerate(candidates):
        if expected and any(isinstance(cell, str) and plain_name(cell) in expected for cell in cells):
            return index
        if data_above > (0 if best is not None else 1):
            # What stands under rows of data is another table's header, or none.
            break
        names = are_names(cells)
        if len(cells) * 2 >= usual and len(cells) > 1 and not names:
            data_above += any(not isinstance(cell, str) or _is_value(cell) for cell in cells)
        if not names or len(cells) * 2 < usual or not _may_head(filled, candidates, place):
            continue
        known = sum(is_known_name(str(cell)) for cell in cells)
        hinted = sum(hints_at_role(str(cell)) for cell in cells) if len(cells) > 1 else 0
        others = sum(is_other_name(str(cell)) for cell in cells) if len(cells) > 1 else 0
        score = known + 0.5 * max(0, hinted - known) + 0.5 * others
        if known == 0 and hinted + others < 2 and not (hinted and _differs_below(rows, index)):
            continue
        if score > best_score:
            best, best_score = index, score
    if best is not None:
        return best
    for index, cells in candidates[:5]:
        if len(cells) == usual and len(cells) > 1:
            return index if are_names(cells) and _differs_below(rows, index) else None
    return None


def _may_head(filled: Sequence[_Row], candidates: Sequence[_Row], place: int) -> bool:
    """Whether a table can lie under a row: something stands there, and in a single column nothing but a title above."""
    if place == 0:
        return True
    index, names = candidates[place]
    if not any(cells for _, cells in filled[index + 1 :]):
        return False
    # One answer among others may be a word that is also a name ("Reclamo").
    return len(names) > 1 or (place <= 2 and candidates[place - 1][0] < index - 1)


def are_names(cells: Sequence[Cell]) -> bool:
    """Whether cells could be column names: short texts, no two alike, hardly any of them a value."""
    texts = [cell.strip() for cell in cells if isinstance(cell, str)]
    if len(texts) < len(cells) * 0.8 or len(set(texts)) < len(texts) * 0.5:
        return False
    if any(len(text) > _NAME_CHARACTERS or len(text.split()) > _NAME_WORDS for text in texts):
        return False
    values = sum(1 for text in texts if _is_value(text))
    return values <= 0.2 * len(cells)


def _is_value(cell: Cell) -> bool:
    answer = read_nps(cell)
    # "Promotores" may be a column's name as well as an answer.
    return (
        read_number(cell) is not None
        or (answer is not None and answer.score is not None)
        or read_date(cell) is not None
    )


def _differs_below(rows: Sequence[Sequence[Cell]], index: int) -> bool:
    """Whether, in some column under these texts, most cells are numbers or dates."""
    typed = _typed(rows, index + 1, 200)
    return any(not is_blank(name) for column, name in enumerate(rows[index]) if column in typed)


def _typed(rows: Sequence[Sequence[Cell]], start: int, most: int) -> set[int]:
    """Columns of which most cells are numbers or dates, from a row on."""
    below = [row for row in rows[start : start + most] if not all(map(is_blank, row))]
    typed = set()
    for column in range(max(map(len, below), default=0)):
        held = [row[column] for row in below if column < len(row) and not is_blank(row[column])]
        if held and sum(not isinstance(cell, str) or _is_value(cell) for cell in held) >= 0.7 * len(held):
            typed.add(column)
    return typed


def _continues(rows: Sequence[Sequence[Cell]], index: int) -> bool:
    """Whether a row under the header goes on naming columns: with forms of answers, or texts where values stand."""
    cells = {column: cell for column, cell in enumerate(rows[index]) if not is_blank(cell)}
    if not cells or not all(isinstance(cell, str) for cell in cells.values()):
        return False
    if all(_IMPORT_ID.match(str(cell)) for cell in cells.values()):
        return True
    typed = _typed(rows, index + 1, _BELOW)
    values = {column for column, cell in cells.items() if _is_value(cell) and not is_subheader(str(cell))}
    told = typed & (cells.keys() - values)
    if values & typed or not typed:
        return False
    if any(is_subheader(str(cell)) for cell in cells.values()):
        return True
    # Where dates and scores stand below, a row of texts names them; one such column may be a slip of the pen.
    return len(told) >= 2 and len(told) * 2 >= len(typed) and not values


def _combined(names: Sequence[Cell], below: Sequence[Cell]) -> list[Cell]:
    """Names made of two rows: a name over several columns goes on until the next, what repeats it is left out."""
    made: list[Cell] = []
    over: Cell = None
    for column in range(max(len(names), len(below))):
        name = names[column] if column < len(names) else None
        under = below[column] if column < len(below) else None
        over = over if is_blank(name) else name
        text = "" if is_blank(under) else str(under).strip()
        if not text or _IMPORT_ID.match(text) or is_subheader(text, alone=True):
            made.append(over if is_blank(name) and text else name)
        elif is_blank(over) or is_untold(str(over)) or fold(str(over)).replace(" ", "") == fold(text).replace(" ", ""):
            made.append(text if is_blank(over) or is_untold(str(over)) else over)
        else:
            made.append(f"{str(over).strip()} {text}")
    return made


def _tells_apart(above: Sequence[Cell], names: Sequence[Cell]) -> bool:
    """Whether the row above the header has titles over several columns, which names that repeat need."""
    texts = [cell for cell in above if not is_blank(cell)]
    plain = [fold(str(cell)) for cell in names if not is_blank(cell)]
    return (
        len(set(plain)) < len(plain)
        and 2 <= len(texts) < len(plain)
        and all(isinstance(cell, str) and not _is_value(cell) for cell in texts)
    )


def _grouped(above: Sequence[Cell], names: Sequence[Cell]) -> list[Cell]:
    """Names that occur more than once, with the title over them in front."""
    counts = Counter(fold(str(cell)) for cell in names if not is_blank(cell))
    made: list[Cell] = []
    title: Cell = None
    for column, name in enumerate(names):
        if column < len(above) and not is_blank(above[column]):
            title = above[column]
        is_repeated = not is_blank(name) and counts[fold(str(name))] > 1
        made.append(f"{str(title).strip()} {name}" if is_repeated and not is_blank(title) else name)
    return made
