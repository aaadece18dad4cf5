"""Rows that are no answers: totals told from answers, and rejected rows as `rejected_rows` has them."""

from collections.abc import Sequence
from typing import NamedTuple

import pyarrow as pa

from fiber_pipeline.readers.sheet import Cell, Sheet, is_blank
from fiber_pipeline.readers.tables.header import unique_names
from fiber_pipeline.readers.tables.table_columns import json_rows
from fiber_pipeline.readers.values.scores import read_number
from fiber_pipeline.tables import REJECTED_ROWS
from fiber_pipeline.text import fold

REJECTED_SCHEMA = pa.schema([item for item in REJECTED_ROWS.arrow_schema if item.name != "batch"])
_TOTALS = frozenset(
    {"total", "totales", "total general", "suma", "promedio", "media", "subtotal", "grand total", "average", "sum",
     "mean"}
)  # fmt: skip
_TOTAL_CHARACTERS = 20


class Rejected(NamedTuple):
    """A row that was not accepted. is_cut: whether it could be cut into cells."""

    number: int
    cells: Sequence[Cell]
    reason: str
    is_cut: bool = True


def rejected_batch(sheet: Sheet, names: Sequence[str], rejected: Sequence[Rejected], longest: int) -> pa.RecordBatch:
    """Rows of REJECTED_SCHEMA. names: of the columns. longest: characters of a cell that are kept."""
    documents = []
    for row in rejected:
        cells = [cell[:longest] if isinstance(cell, str) else cell for cell in row.cells]
        named = unique_names(names if row.is_cut else ["line"], len(cells))[: len(cells)]
        (document,) = json_rows(named, [[cell] for cell in cells], 1)
        documents.append(document)
    count = len(rejected)
    return pa.record_batch(
        [
            pa.array([sheet.file] * count, pa.string()),
            pa.array([sheet.name] * count, pa.string()),
            pa.array([row.number for row in rejected], pa.int64()),
            pa.array([row.reason for row in rejected], pa.string()),
            pa.array(documents, pa.string()),
        ],
        schema=REJECTED_SCHEMA,
    )


def is_total(row: Sequence[Cell]) -> bool:
    """Whether a row sums others up: its first text says "Total" or the like."""
    first = next((cell for cell in row if not is_blank(cell)), None)
    if not isinstance(first, str) or len(first) > _TOTAL_CHARACTERS or first[0].isdecimal():
        return False
    return fold(first).strip(" :.") in _TOTALS


def is_all_numbers(row: Sequence[Cell]) -> bool:
    """Whether all cells behind the first one are numbers, and there are some."""
    held = [cell for cell in row if not is_blank(cell)][1:]
    return bool(held) and all(read_number(cell) is not None for cell in held)
