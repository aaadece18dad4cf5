"""How the lines of a delimited text are cut: which character delimits, which one quotes."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from fiber_pipeline.readers.formats.records import Dialect, Record, cut

DELIMITERS = ",;\t|"
_EXCEL_HINT = re.compile(r'^"?sep=(.)"?\s*$', re.I)
_CLEARLY = 0.02
_MANY = 0.5
# Between two delimiters, the one that the header has too is the better one.
_TITLES_COST = 0.05


class _Span(NamedTuple):
    """Rows between the first and the last of the usual width: titles above and totals below are not the table's."""

    width: int
    regularity: float


def detect_dialect(lines: Sequence[str]) -> Dialect:
    """Choose delimiter and quoting from the first lines: those under which most rows have the same width.

    Commas in prose do not make columns: a delimiter counts only if its usual width is two or more. In files of tabs or
    of one column, quotes are plain characters if more rows break the rules of quoting than keep them.
    """
    hint = _EXCEL_HINT.match(lines[0]) if lines else None
    best = Dialect(None, _quote(lines, None), 1, 0.0)
    for delimiter in hint.group(1) if hint else DELIMITERS:
        quote = _quote(lines, delimiter)
        span = _span([len(record.cells) for record in cut(lines, Dialect(delimiter, quote, 0, 0.0)) if _is_row(record)])
        if span is None:
            continue
        if (span.regularity, span.width) > (best.regularity + _CLEARLY, 0) or (
            span.regularity >= best.regularity - _CLEARLY and span.width > best.width
        ):
            best = Dialect(delimiter, quote, span.width, span.regularity)
    return best


def _is_row(record: Record) -> bool:
    return not record.fault and any(cell.strip() for cell in record.cells)


def _span(widths: Sequence[int]) -> _Span | None:
    counts = Counter(width for width in widths if width > 1)
    if not counts:
        return None
    width = max(counts, key=lambda width: (counts[width], width))
    first, last = widths.index(width), len(widths) - 1 - widths[::-1].index(width)
    inside = widths[first : last + 1] if last - first + 1 >= _MANY * len(widths) else widths
    # Cells left off at the end of a row are common; cells too many are not.
    fewer = sum(1 < other < width for other in inside)
    titles = _TITLES_COST if len(inside) < len(widths) else 0.0
    return _Span(width, (counts[width] + 0.5 * fewer) / len(inside) - titles)


def _quote(lines: Sequence[str], delimiter: str | None) -> str | None:
    """The character that quotes: a double quote, an apostrophe where most lines use it so, or none."""
    if delimiter and _quoted_share(lines, delimiter, "'") >= _MANY > _quoted_share(lines, delimiter, '"'):
        return "'"
    if delimiter not in (None, "\t"):
        return '"'
    faults = sum(1 for record in cut(lines, Dialect(delimiter, '"', 0, 0.0)) if record.fault or record.trouble)
    if not faults or _quoted_share(lines, delimiter, '"') * len(lines) >= faults:
        return '"'
    return None


def _quoted_share(lines: Sequence[str], delimiter: str | None, quote: str) -> float:
    edge = re.escape(delimiter) if delimiter else r"\Z\A"
    quoted = re.compile(rf"(?:^|{edge}){quote}(?:[^{quote}]|{quote}{quote})*{quote}(?:{edge}|\r?\n?$)")
    filled = [line for line in lines if line.strip()]
    return sum(1 for line in filled if quoted.search(line)) / len(filled) if filled else 0.0
