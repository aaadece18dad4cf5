"""What a table is for: answers of people, or a summary, instructions, a glossary, a list beside them."""

from collections.abc import Mapping
from typing import Any

from fiber_pipeline.readers.columns.names import plain_name
from fiber_pipeline.readers.sheet import Sheet
from fiber_pipeline.readers.tables.understood_table import TableRows
from fiber_pipeline.readers.word_file import read_words

# A summary has a row a month or a city; whatever is longer was not written for people to look at.
_SUMMARY_ROWS = 400
_SPEAKING = frozenset({"comment", "nps", "nps_group", "rating"})


def _marks() -> Mapping[str, Any]:
    return read_words(__package__, "purpose.yaml")


def why_left_out(sheet: Sheet, table: TableRows, *, beside_answers: bool) -> str | None:
    """Why a table holds no answers, None if it does, or if nobody can tell.

    beside_answers: whether another table of the file holds answers beyond doubt (`is_sound`); what only looks like
    something else is left out then.
    """
    if sheet.header is not None:
        return None
    if table.data_rows and _is_summary(table):
        return "a summary: figures by month, city or the like"
    named = _named_purpose(sheet, table)
    if named is not None and not is_sound(table):
        return named
    if table.data_rows and beside_answers and not table.columns.keys() & _SPEAKING:
        return "no column of comments or scores, beside a table that has them"
    return None


def _is_summary(table: TableRows) -> bool:
    """Whether the rows are figures by something: no comments, dates or customers, and sums or scores by a group."""
    names = [plain_name(name) for name in table.names]
    pivot = set(_marks()["pivot"])
    if any(name in pivot or any(name.startswith(f"{mark} ") for mark in pivot) for name in names):
        return True
    if table.columns.keys() & {"comment", "date", "customer"} or table.data_rows > _SUMMARY_ROWS or not names:
        return False
    marks = set(_marks()["aggregate"])
    aggregates = sum(name in marks or bool(marks & set(name.split())) for name in names[1:])
    return names[0] in _marks()["grouping"] and aggregates >= 1 and aggregates * 2 >= len(names) - 1


def _named_purpose(sheet: Sheet, table: TableRows) -> str | None:
    """What the sheet's name, the title above the header or the first header says the table is."""
    begins = [sheet.name or "", *table.titles[:1], *table.names[:1]]
    for text in map(plain_name, begins):
        for purpose, names in _marks()["other_sheets"].items():
            if text in names or any(text.startswith(f"{name} ") for name in names if len(name) >= 5):
                return str(purpose)
    return None


def is_sound(table: TableRows) -> bool:
    """Whether a table holds answers beyond doubt: comments, and another role beside them."""
    return "comment" in table.columns and len(table.columns) > 1 and bool(table.accepted)
