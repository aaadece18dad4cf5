"""Lines of text files brought to the form of a plain list or a delimited table: list marks, frames, end marks."""

import itertools
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from fiber_pipeline.readers.columns.names import is_known_name
from fiber_pipeline.readers.word_file import read_words
from fiber_pipeline.text import fold

CELL_END = "\x1f"
"""Delimits the cells of tables cut by position: a character that no text holds."""

_END_CHARACTERS = 80
_LAST_LINES = 12
_MOST = 0.9
_LEAST_ITEMS = 3
# A mark of letters, figures or sums needs a blank behind it.
_ALSO_LETTERS = "-–+>o*"
_NUMBERED = re.compile(
    r"\s*(?:\(?(\d{1,5})\s*(?:\.-|\.\)|[.):])(?:\s+|(?=[^\W\d]))|(\d{1,5})\s*[-–]\s+|#(\d{1,5})[.:)]?\s+)(?=\S)"
)
_QUOTED_LINE = re.compile(r'"(?:[^"]|"")*"')
_DELIMITERS = ",;\t|"
_RULE = re.compile(r"[\s|+:=\-─━═┼┬┴├┤┌┐└┘│╔╗╚╝╠╣╬║]*[-─━═=]{3,}[\s|+:=\-─━═┼┬┴├┤┌┐└┘│╔╗╚╝╠╣╬║]*")
_UPRIGHTS = str.maketrans("│║┃", "|||")
_GAP = re.compile(r" {2,}")
_DASHES = re.compile(r"[-=]{2,}")
_LEAST_COLUMNS = 2
_SAMPLED = 300


class LineForm(NamedTuple):
    """How lines become plain ones, each in its place; `delimiter` is what cuts them then, None if that is open."""

    plain: Callable[[str], str]
    delimiter: str | None
    note: str


def _words() -> Mapping[str, list[str]]:
    return read_words(__package__, "text_lines.yaml")


@cache
def _ends() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in _words()["ends"]))


def is_end_mark(line: str) -> bool:
    """Whether a line only says that the rows end: "(5 rows affected)", "-- fin --", "EOF"."""
    if len(line) > _END_CHARACTERS:
        return False
    text = fold(line.strip(" \t\r\n,;|\"'"))
    if not text or not _ends().fullmatch(text):
        return False
    # "Fin" alone may be somebody's comment.
    return bool(re.search(r"[^a-z ]", text)) or text in _words()["marked"]


def without_end_marks(lines: Iterable[str]) -> Iterator[str]:
    """Lines with the marks after the last row left out; the same words anywhere else stay."""
    held: deque[str] = deque()
    for line in lines:
        held.append(line)
        if len(held) > _LAST_LINES:
            yield held.popleft()
    while held and (held[-1].isspace() or is_end_mark(held[-1])):
        held.pop()
    yield from held


def find_line_form(lines: Sequence[str]) -> LineForm | None:
    """The form of a text whose lines are neither plain nor delimited, told from its first lines; None if plain.

    Lists with bullets or running numbers lose their marks. Tables with frames (psql, mysql, SAP, Markdown) lose their
    rules and outer strokes; tables of aligned columns, where a rule under the header or gaps in all lines tell the
    columns, are cut by position.
    """
    filled = [line.rstrip("\r\n") for line in lines if line.strip()]
    return _quoted_whole(filled) or _list(filled) or _frame(filled) or _aligned(filled)


def _quoted_whole(lines: Sequence[str]) -> LineForm | None:
    """The form of a delimited table whose every line a program has quoted once more, as if it were one cell."""
    if len(lines) < _LEAST_COLUMNS or not all(_QUOTED_LINE.fullmatch(line.strip("\ufeff")) for line in lines):
        return None
    names = _unquoted(lines[0])
    delimiter = max(_DELIMITERS, key=names.count)
    if sum(map(is_known_name, names.strip("\r\n").split(delimiter))) < _LEAST_COLUMNS:
        return None
    return LineForm(_unquoted, delimiter, "a table whose lines were quoted whole; these quotes are left out")


def _unquoted(line: str) -> str:
    return line.strip("\ufeff\r\n")[1:-1].replace('""', '"') + "\n"


def _list(lines: Sequence[str]) -> LineForm | None:
    if len(lines) < _LEAST_ITEMS:
        return None
    return _marked(lines) or (_marked(lines[1:]) if len(lines) > _LEAST_ITEMS else None)


def _marked(lines: Sequence[str]) -> LineForm | None:
    """The form of lines that nearly all have the mark of a list."""
    numbers = [int(match[1] or match[2] or match[3]) for line in lines if (match := _NUMBERED.match(line))]
    runs = sum(second == first + 1 for first, second in itertools.pairwise(numbers))
    if len(numbers) >= _MOST * len(lines) and runs >= _MOST * (len(numbers) - 1):
        return LineForm(
            lambda line: _NUMBERED.sub("", line, count=1), None, "a numbered list; its numbers are left out"
        )
    for bullet in _words()["bullets"]:
        space = r"[ \t\xa0]+" if bullet in _ALSO_LETTERS else r"[ \t\xa0]*"
        mark = re.compile(rf"\s*{re.escape(bullet)}{space}(?=\S)")
        if sum(mark.match(line) is not None for line in lines) >= _MOST * len(lines):
            return LineForm(_without(mark), None, f"a list with {bullet!r} before each line, left out")
    return None


def _without(mark: re.Pattern[str]) -> Callable[[str], str]:
    return lambda line: mark.sub("", line, count=1)


def _frame(lines: Sequence[str]) -> LineForm | None:
    rules = [line for line in lines if _RULE.fullmatch(line)]
    rows = [line.translate(_UPRIGHTS) for line in lines if not _RULE.fullmatch(line)]
    framed = [line for line in rows if "|" in line]
    if not rules or len(framed) < _LEAST_COLUMNS or len(framed) * 2 < len(rows):
        return None
    outer = sum(line.strip().startswith("|") and line.strip().endswith("|") for line in framed) >= _MOST * len(framed)

    def plain(line: str) -> str:
        text = line.rstrip("\r\n").translate(_UPRIGHTS)
        if _RULE.fullmatch(text):
            return "\n"
        if outer and text.strip().startswith("|"):
            text = text.strip().removeprefix("|").removesuffix("|")
        return "|".join(cell.strip() for cell in text.split("|")) + "\n"

    return LineForm(plain, "|", "a table drawn with lines, which are left out")


def _aligned(lines: Sequence[str]) -> LineForm | None:
    """Columns at the same places of every line: under a rule of dashes, or between gaps of two blanks and more."""
    if len(lines) < _LEAST_ITEMS or sum(any(mark in line for mark in ";|\t") for line in lines) * 2 > len(lines):
        return None
    rule = next(
        (line for line in lines[:10] if _RULE.fullmatch(line) and len(_DASHES.findall(line)) >= _LEAST_COLUMNS), None
    )
    starts = [match.start() for match in _DASHES.finditer(rule)] if rule else _starts(lines)
    if len(starts) < _LEAST_COLUMNS:
        return None
    ends = [*starts[1:], None]
    rows = [line for line in lines if not _RULE.fullmatch(line)]
    cut = sum(all(start == 0 or line[start - 1 : start] in ("", " ") for start in starts) for line in rows)
    if cut < _MOST * len(rows):
        return None

    def plain(line: str) -> str:
        text = line.rstrip("\r\n")
        if _RULE.fullmatch(text):
            return "\n"
        return CELL_END.join(text[start:end].strip() for start, end in zip(starts, ends, strict=True)) + "\n"

    return LineForm(plain, CELL_END, "columns aligned with blanks")


def _starts(lines: Sequence[str]) -> list[int]:
    """Where columns start: after two blanks or more that stand at the same place in every line."""
    header = next((line for line in lines if len(_GAP.split(line.strip())) >= _LEAST_COLUMNS), None)
    if header is None:
        return []
    rows = lines[lines.index(header) :][:_SAMPLED]
    width = max(map(len, rows))
    is_blank = [all(line[place : place + 1] in ("", " ") for line in rows) for place in range(width)]
    starts = [place for place in range(2, width) if not is_blank[place] and is_blank[place - 1] and is_blank[place - 2]]
    first = next((place for place in range(width) if not is_blank[place]), 0)
    found = [first, *(place for place in starts if place > first)]
    # In a list of comments the longest line alone may have a gap: columns are filled in most lines, and in the first.
    filled = [
        [bool(row[start:end].strip()) for row in rows] for start, end in zip(found, [*found[1:], None], strict=True)
    ]
    return found if all(column[0] and sum(column) * 2 > len(column) for column in filled) else []
