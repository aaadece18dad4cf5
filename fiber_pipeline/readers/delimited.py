"""Delimited text: which character delimits, and rows cut so that one broken line costs one row."""

import csv
import io
import itertools
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from fiber_pipeline.readers.limits import Limits
from fiber_pipeline.readers.sheet import CHUNK_ROWS, Cell, Chunk, Malformed
from fiber_pipeline.readers.unreadable import UnreadableFile

DELIMITERS = ",;\t|"
_EXCEL_HINT = re.compile(r'^"?sep=(.)"?\s*$', re.I)
# A quoted cell may span this many lines; beyond, its closing quote is taken to be missing.
_QUOTED_LINES = 200
_LINE_CHARACTERS = 8 * 1024 * 1024
_UNCLOSED = "a quote is opened and not closed properly; close or double it in the file"


class Dialect(NamedTuple):
    """How lines are cut. `delimiter` is None where each line is one cell; `width` the usual number of cells."""

    delimiter: str | None
    is_quoted: bool
    width: int
    regularity: float


class Record(NamedTuple):
    """A row, the line it starts on, and what is wrong with it: `fault` if it cannot be cut, `trouble` if it could."""

    line: int
    cells: list[str]
    fault: str | None = None
    trouble: str | None = None


def detect_dialect(lines: list[str]) -> Dialect:
    """Choose delimiter and quoting from the first lines: those under which most rows have the same width.

    Commas in prose do not make columns: a delimiter counts only if its usual width is two or more. In files of tabs or
    of one column, quotes are plain characters if more rows break the rules of quoting than keep them.
    """
    hint = _EXCEL_HINT.match(lines[0]) if lines else None
    best = Dialect(None, _is_quoted(lines, None), 1, 0.0)
    for delimiter in hint.group(1) if hint else DELIMITERS:
        is_quoted = _is_quoted(lines, delimiter)
        widths = Counter(
            len(record.cells)
            for record in cut(lines, Dialect(delimiter, is_quoted, 0, 0.0))
            if not record.fault and any(cell.strip() for cell in record.cells)
        )
        wide = {width: count for width, count in widths.items() if width > 1}
        if not wide:
            continue
        width = max(wide, key=lambda width: (wide[width], width))
        # Cells left off at the end of a row are common; cells too many are not.
        regularity = (wide[width] + 0.5 * sum(n for w, n in wide.items() if w < width)) / widths.total()
        if (regularity, width) > (best.regularity + 0.02, 0) or (
            regularity >= best.regularity - 0.02 and width > best.width
        ):
            best = Dialect(delimiter, is_quoted, width, regularity)
    return best


def _is_quoted(lines: list[str], delimiter: str | None) -> bool:
    if delimiter not in (None, "\t"):
        return True
    edge = re.escape(delimiter) if delimiter else r"\Z\A"
    kept = re.compile(rf'(?:^|{edge})"(?:[^"]|"")*"(?:{edge}|\r?$)')
    faults = sum(1 for record in cut(lines, Dialect(delimiter, True, 0, 0.0)) if record.fault)
    if not faults:
        return True
    return sum(1 for line in lines if kept.search(line)) >= faults


def cut(lines: Iterable[str], dialect: Dialect) -> Iterator[Record]:
    """Cut lines (with their line ends) into records, first line numbered 1, blank lines included.

    A row that breaks the rules of quoting costs its first line alone: reading goes on with the next line, so that
    a quote that is never closed cannot swallow the rows after it.
    """
    if not dialect.is_quoted:
        for number, line in enumerate(lines, start=1):
            text = line.rstrip("\r\n")
            yield Record(number, text.split(dialect.delimiter) if dialect.delimiter else [text])
        return
    supply = iter(lines)
    waiting: deque[str] = deque()
    next_line = 1
    # A delimiter no text holds: lines are then one cell each, quotes still understood.
    delimiter = dialect.delimiter or "\x1f"
    while True:
        taken: list[str] = []
        reader = csv.reader(_feed(waiting, supply, taken), delimiter=delimiter, strict=True)
        fault = None
        try:
            for cells in reader:
                if len(taken) > 1 and dialect.width and len(cells) != dialect.width:
                    fault = _UNCLOSED
                    break
                yield Record(next_line, cells)
                next_line += len(taken)
                taken.clear()
        except csv.Error as error:
            fault = _TOO_LONG if "field larger" in str(error) else _UNCLOSED
        if fault is None:
            return
        if not taken:
            continue
        yield _salvage(taken[0], next_line, delimiter, dialect.width, fault)
        next_line += 1
        waiting.extendleft(reversed(taken[1:]))


_TOO_LONG = "a cell is longer than 131,072 characters"


def _feed(waiting: deque[str], supply: Iterator[str], taken: list[str]) -> Iterator[str]:
    while True:
        line = waiting.popleft() if waiting else next(supply, None)
        if line is None:
            return
        taken.append(line)
        if len(taken) > _QUOTED_LINES:
            # Ends the reader's input, which it reports as an unclosed quote.
            return
        yield line


def _salvage(line: str, number: int, delimiter: str, width: int, fault: str) -> Record:
    """Read a single line that breaks the rules of quoting, if it can be read in one way only."""
    text = line.rstrip("\r\n")
    readings: tuple[Callable[[], list[str]], ...] = (
        lambda: next(csv.reader([text], delimiter=delimiter, escapechar="\\", doublequote=False, strict=True), []),
        lambda: next(csv.reader([text], delimiter=delimiter, quoting=csv.QUOTE_NONE), []),
    )
    if fault != _TOO_LONG and text.count('"') % 2 == 0:
        for reading in readings:
            try:
                cells = reading()
            except csv.Error:
                continue
            if len(cells) == width:
                cells = [cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell for cell in cells]
                return Record(number, cells, trouble="quotes inside a cell are not doubled")
    return Record(number, [text], fault=fault)


def read_lines(handle: io.TextIOBase, limits: Limits, where: str) -> Iterator[str]:
    """Lines of an open text, without NUL characters and within the limits. Raises UnreadableFile."""
    for number in itertools.count(1):
        line = handle.readline(_LINE_CHARACTERS)
        if not line:
            return
        if len(line) == _LINE_CHARACTERS:
            raise UnreadableFile(
                f"line {number:,} is longer than {_LINE_CHARACTERS:,} characters",
                where,
                "Check that the export writes one row a line",
            )
        if number > limits.rows:
            raise UnreadableFile(
                f"the file has more than the {limits.rows:,} rows allowed",
                where,
                "Split it into several files, or raise the limit",
            )
        yield line.replace("\0", "") if "\0" in line else line


def read_delimited(lines: Iterable[str], dialect: Dialect, limits: Limits) -> Iterator[Chunk]:
    """Cut lines into chunks of rows; `row_number` is the line a row starts on."""
    chunk = Chunk()
    for record in cut(lines, dialect):
        if len(record.cells) > limits.columns:
            text = (dialect.delimiter or "").join(record.cells)
            reason = f"the row has {len(record.cells):,} cells, and {limits.columns:,} are allowed"
            chunk.malformed.append(Malformed(record.line, [text], reason))
            continue
        cells: list[Cell] = list(record.cells)
        if record.fault:
            chunk.malformed.append(Malformed(record.line, cells, record.fault))
            continue
        if record.trouble:
            chunk.troubles[len(chunk.rows)] = [record.trouble]
        chunk.numbers.append(record.line)
        chunk.rows.append(cells)
        if len(chunk.rows) >= CHUNK_ROWS:
            yield chunk
            chunk = Chunk()
    yield chunk
