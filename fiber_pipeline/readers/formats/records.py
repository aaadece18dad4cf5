"""Lines cut into records, so that one broken line costs one row."""

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

# A quoted cell may span this many lines; beyond, its closing quote is taken to be missing.
_QUOTED_LINES = 200
_UNCLOSED = "a quote is opened and not closed properly; close or double it in the file"
_TOO_LONG = "a cell is longer than 131,072 characters"
_MENDED = "quotes inside a cell are not doubled"


class Dialect(NamedTuple):
    """How lines are cut.

    `delimiter` is None where each line is one cell, `quote` None where quotes are plain characters; `width` is the
    usual number of cells, `regularity` the share of rows that have it.
    """

    delimiter: str | None
    quote: str | None
    width: int
    regularity: float


class Record(NamedTuple):
    """A row, the line it starts on, and what is wrong with it: `fault` if it cannot be cut, `trouble` if it could."""

    line: int
    cells: list[str]
    fault: str | None = None
    trouble: str | None = None


def cut(lines: Iterable[str], dialect: Dialect) -> Iterator[Record]:
    """Cut lines (with their line ends) into records, first line numbered 1, blank lines included.

    A row that breaks the rules of quoting costs its first line alone: reading goes on with the next line, so that
    a quote that is never closed cannot swallow the rows after it.
    """
    if not dialect.quote:
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
        reader = csv.reader(_feed(waiting, supply, taken), delimiter=delimiter, quotechar=dialect.quote, strict=True)
        fault = None
        try:
            for cells in reader:
                if len(taken) > 1 and 0 < dialect.width != len(cells) and _holds_rows(taken[1:], delimiter, dialect):
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
        yield _salvage(taken[0], next_line, delimiter, dialect, fault)
        next_line += 1
        waiting.extendleft(reversed(taken[1:]))


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


def _holds_rows(lines: list[str], delimiter: str, dialect: Dialect) -> bool:
    """Whether lines that a quoted cell is said to go on in are rows themselves, swallowed by a quote never closed."""
    return any(line.count(delimiter) >= dialect.width - 1 for line in lines)


def _salvage(line: str, number: int, delimiter: str, dialect: Dialect, fault: str) -> Record:
    """Read a single line that breaks the rules of quoting, if quotes in it open and close in pairs.

    A quote closes a cell only before a delimiter or the end, and a backslash takes a quote's meaning; every other
    character stays as it stands, other backslashes too.
    """
    text, quote = line.rstrip("\r\n"), dialect.quote or '"'
    if fault == _TOO_LONG:
        return Record(number, [text], fault=fault)
    for hidden in (text.replace(f"\\{quote}", "\ue000"), text):
        if hidden.count(quote) % 2:
            continue
        cells = [_bare(cell, quote) for cell in _fields(delimiter, quote).findall(f"{delimiter}{hidden}")]
        pieces = _grouped(hidden.split(delimiter), quote, dialect.width, delimiter) if dialect.width else None
        if pieces and len(cells) != dialect.width:
            cells = [_bare(piece, quote) for piece in pieces]
        return Record(number, [cell.replace("\ue000", quote) for cell in cells], trouble=_MENDED)
    return Record(number, [text], fault=fault)


@cache
def _fields(delimiter: str, quote: str) -> re.Pattern[str]:
    edge = re.escape(delimiter)
    return re.compile(
        rf"{edge}(\s*{quote}(?:[^{quote}]|{quote}{quote}|{quote}(?!{edge}|$))*{quote}(?={edge}|$)|[^{edge}]*)"
    )


def _grouped(pieces: list[str], quote: str, width: int, delimiter: str) -> list[str] | None:
    """Pieces between delimiters joined to `width` cells where one run of them opens and closes a quoted cell."""
    surplus = len(pieces) - width
    if surplus <= 0:
        return None
    for start in range(width):
        end = start + surplus
        if pieces[start].lstrip().startswith(quote) and pieces[end].rstrip().endswith(quote):
            return [*pieces[:start], delimiter.join(pieces[start : end + 1]), *pieces[end + 1 :]]
    return None


def _bare(cell: str, quote: str) -> str:
    """A cell without the quotes around it, doubled ones inside it single."""
    text = cell.strip()
    if len(text) > 1 and text[0] == text[-1] == quote:
        return text[1:-1].replace(quote * 2, quote)
    return cell
