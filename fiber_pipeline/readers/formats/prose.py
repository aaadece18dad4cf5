"""Whether delimiters in lines are punctuation: a list of comments, not a table."""

from collections import Counter
from collections.abc import Sequence

from fiber_pipeline.readers.columns.names import is_known_name, is_other_name
from fiber_pipeline.readers.formats.records import Dialect, cut
from fiber_pipeline.readers.values.dates import read_date
from fiber_pipeline.readers.values.null_marks import is_null_mark
from fiber_pipeline.readers.values.scores import read_number

_NEARLY_ALL = 0.8
_SAMPLED = 200
_LIKE_PROSE = 0.6
_NAME_CHARACTERS = 60
_KNOWN_NAMES = 2


def is_prose(lines: Sequence[str], dialect: Dialect, is_named_table: bool) -> bool:
    """Whether lines that `dialect` would cut are comments with commas or semicolons in them.

    is_named_table: the file's name promises a table (.csv), so that columns need no further sign than that what
    follows the delimiter does not read like the rest of a sentence. Elsewhere a header of names that are known, or
    a column of numbers or dates, must show a table.
    """
    records = [record.cells for record in cut(lines, dialect) if any(cell.strip() for cell in record.cells)]
    rows = [cells for cells in records[:_SAMPLED] if len(cells) > 1]
    if not rows:
        return True
    first = records[0]
    if len(first) == 1 and is_known_name(first[0].strip(' "')):
        # A title over one column of texts, unless a header of several names comes after it.
        return not any(is_known_name(cell) for cell in rows[0])
    if any(is_known_name(cell) for cells in rows[:3] for cell in cells if len(cell) <= _NAME_CHARACTERS):
        return False
    if any(is_other_name(cell) for cell in rows[0]) and len(rows) > 1 and is_named_table:
        return False
    if _has_values(rows, dialect.width):
        return False
    spoken = Counter(cell[:1] == " " for cells in rows for cell in cells[1:] if cell.strip())
    if is_named_table or dialect.delimiter not in (",", ";"):
        return dialect.delimiter in (",", ";") and spoken[True] >= _LIKE_PROSE * spoken.total() > 0
    return True


def header_width(lines: Sequence[str], dialect: Dialect) -> int | None:
    """How many names the header has, where the first row of several cells is one beyond doubt: two known names or more.

    Rows may then have any number of fields, as where a CRM writes comments without quotes.
    """
    records = (record.cells for record in cut(lines[:_SAMPLED], dialect) if not record.fault)
    first = next((cells for cells in records if len(cells) > 1 and any(map(str.strip, cells))), None)
    if first is None or max(map(len, first)) > _NAME_CHARACTERS or sum(map(is_known_name, first)) < _KNOWN_NAMES:
        return None
    return len(first)


def _has_values(rows: Sequence[Sequence[str]], width: int) -> bool:
    """Whether some column under the first row holds numbers or dates."""
    for place in range(width):
        held = [cells[place] for cells in rows[1:] if place < len(cells) and cells[place].strip()]
        values = sum(
            read_number(cell) is not None or read_date(cell) is not None or is_null_mark(cell) for cell in held
        )
        if len(held) >= 2 and values >= _NEARLY_ALL * len(held):
            return True
    return False
