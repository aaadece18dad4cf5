"""Marks of nothing: what programs and people write into a cell that they leave empty."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache

from fiber_pipeline.readers.sheet import Cell
from fiber_pipeline.readers.word_file import read_words

_LONGEST = 24


@cache
def _marks() -> Mapping[str, frozenset[str]]:
    marks = {name: frozenset(found) for name, found in read_words(__package__, "null_marks.yaml").items()}
    return {**marks, "all": frozenset().union(*marks.values())}


def is_null_mark(cell: object) -> bool:
    """Whether a cell holds a mark of nothing, a program's or a person's; blank cells hold none."""
    return _is_mark(cell, _marks()["all"])


def is_machine_mark(cell: object) -> bool:
    """Whether a cell holds a mark that only programs write, and so says nothing even where a comment is asked."""
    return _is_mark(cell, _marks()["machine"])


def _is_mark(cell: object, marks: Collection[str]) -> bool:
    # Most cells are numbers, dates and ids, or too long: these are told at a glance.
    if not isinstance(cell, str) or len(cell) > _LONGEST or "0" <= cell[:1] <= "9":
        return False
    return cell.strip().lower() in marks


def are_machine_made(columns: Iterable[Sequence[Cell]]) -> bool:
    """Whether columns that ask no comment hold marks of programs, so that "None" among comments is one too."""
    telling = {spelling for mark in ("null", "nan", "none", "nat") for spelling in (mark, mark.upper(), mark.title())}
    telling |= {"NaN", "NaT", "<NA>", "\\N"}
    return any(not telling.isdisjoint(column) for column in columns)


def without_marks(cells: Sequence[Cell]) -> Sequence[Cell]:
    """A column of scores, dates or customers with None for every mark of nothing."""
    return _without(cells, _marks()["all"])


def without_machine_marks(cells: Sequence[Cell], is_machine_made: bool) -> Sequence[Cell]:
    """A column of comments with None for every program's mark of nothing, and people's words kept."""
    marks = _marks()["machine"] | (_marks()["pythons"] if is_machine_made else frozenset())
    return _without(cells, marks)


def _without(cells: Sequence[Cell], marks: Collection[str]) -> Sequence[Cell]:
    # `_is_mark` written out: a call for every cell of a table is a tenth of the time of reading it.
    return [
        None
        if isinstance(cell, str)
        and len(cell) <= _LONGEST
        and not "0" <= cell[:1] <= "9"
        and cell.strip().lower() in marks
        else cell
        for cell in cells
    ]
