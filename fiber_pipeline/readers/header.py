"""Where a table's header is, if it has one."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from fiber_pipeline.readers.columns.names import hints_at_role, is_known_name, is_other_name
from fiber_pipeline.readers.dates import read_date
from fiber_pipeline.readers.scores import read_nps, read_number
from fiber_pipeline.readers.sheet import Cell, is_blank

_SEARCHED = 40
_NAME_CHARACTERS = 200
_NAME_WORDS = 25


class Header(NamedTuple):
    """The header's position among the rows, None if there is none, and the unique names of the columns."""

    position: int | None
    names: list[str]


def find_header(rows: Sequence[Sequence[Cell]], forced: int | None = None) -> Header:
    """Find the header among the first rows of a table; `forced` is its position where that is known.

    The header is the earliest row of names that known column names stand out in; failing that, a first row of
    texts over columns that hold something else. A single column has a header only if it is a known name exactly.
    """
    width = max((len(row) for row in rows), default=0)
    index = _find(rows) if forced is None else forced
    cells = list(rows[index]) if index is not None and index < len(rows) else []
    return Header(index, unique_names(cells, width))


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


def _find(rows: Sequence[Sequence[Cell]]) -> int | None:
    filled = [(index, [cell for cell in row if not is_blank(cell)]) for index, row in enumerate(rows)]
    candidates = [(index, cells) for index, cells in filled[: _SEARCHED * 3] if cells][:_SEARCHED]
    if not candidates:
        return None
    widths = Counter(len(cells) for _, cells in filled[:2_000] if cells)
    usual = max(widths, key=lambda width: (widths[width], width))
    best, best_score = None, 0.0
    for index, cells in candidates:
        if not _are_names(cells) or len(cells) * 2 < usual:
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
    index, cells = candidates[0]
    for index, cells in candidates[:5]:
        if len(cells) == usual and len(cells) > 1:
            return index if _are_names(cells) and _differs_below(rows, index) else None
    return None


def _are_names(cells: Sequence[Cell]) -> bool:
    """Whether cells could be column names: short texts, no two alike, hardly any of them a value."""
    texts = [cell.strip() for cell in cells if isinstance(cell, str)]
    if len(texts) < len(cells) * 0.8 or len(set(texts)) < len(texts) * 0.5:
        return False
    if any(len(text) > _NAME_CHARACTERS or len(text.split()) > _NAME_WORDS for text in texts):
        return False
    values = sum(1 for text in texts if _is_value(text))
    return values <= 0.2 * len(cells)


def _is_value(cell: Cell) -> bool:
    return read_number(cell) is not None or read_nps(cell) is not None or read_date(cell) is not None


def _differs_below(rows: Sequence[Sequence[Cell]], index: int) -> bool:
    """Whether, in some column under these texts, most cells are numbers or dates."""
    below = [row for row in rows[index + 1 : index + 200] if not all(map(is_blank, row))]
    for column, name in enumerate(rows[index]):
        held = [row[column] for row in below if column < len(row) and not is_blank(row[column])]
        if is_blank(name) or not held:
            continue
        if sum(not isinstance(cell, str) or _is_value(cell) for cell in held) >= 0.7 * len(held):
            return True
    return False
