"""Fills `corrections`: what people have said so far, and whose word on a text is in force.

The table gathers: what was taken in once stays when its workbook is gone, and is replaced when its reviewer says
something else of the same text, or withdrawn when they say so. Taking the same workbook in again changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from fiber_pipeline.annotation.themes import Theme
from fiber_pipeline.review.reviewed_workbook import Correction, Refusal, ReviewedWorkbook, read_reviewed_workbook
from fiber_pipeline.tables import CORRECTIONS

WITHDRAWN = "withdrawn"
_SAID = ("sentiment", "urgency", "language")
Row = dict[str, Any]


@dataclass(frozen=True)
class TakenIn:
    """The table's frame, what each workbook held, and what of them was refused."""

    frame: pd.DataFrame
    workbooks: Sequence[ReviewedWorkbook]

    @property
    def refusals(self) -> list[Refusal]:
        """Every refused row and file, in order."""
        return [refusal for workbook in self.workbooks for refusal in workbook.refusals]


def take_in(previous: pd.DataFrame, files: Iterable[Path], themes: Mapping[str, Theme]) -> TakenIn:
    """Read the workbooks and join what they say to `previous`, the table as it was. themes: the taxonomy's, by slug."""
    workbooks = [read_reviewed_workbook(path, themes) for path in files]
    known = pa.Table.from_pandas(previous, preserve_index=False).to_pylist()
    new = [_row(correction) for workbook in workbooks for correction in workbook.corrections]
    return TakenIn(join([*known, *new]), workbooks)


def join(rows: Iterable[Row]) -> pd.DataFrame:
    """Return the table's frame: each reviewer's latest word on each text, and which of them is in force.

    rows: what was said, with the columns of `corrections` but for the last word's marks. Names that differ only in
    case are one reviewer. The latest word wins; a withdrawn one counts as not said.
    """
    latest: dict[tuple[str, str], Row] = {}
    for row in rows:
        who = (row["text_key"], row["reviewer"].casefold())
        if who not in latest or _age(row) >= _age(latest[who]):
            latest[who] = row
    by_text: dict[str, list[Row]] = {}
    for row in latest.values():
        by_text.setdefault(row["text_key"], []).append(row)
    joined = [marked for _, words in sorted(by_text.items()) for marked in _marked(words)]
    return CORRECTIONS.frame({name: [row[name] for row in joined] for name in CORRECTIONS.columns})


def _age(row: Row) -> tuple[Any, ...]:
    # Two workbooks saved in the same second still come out the same way each time.
    return (row["reviewed_at"], row["file"], row["row_number"])


def _marked(words: Sequence[Row]) -> list[Row]:
    """All that was said of a text, latest first, each with whether it is in force and whether it is contested."""
    ordered = sorted(words, key=lambda row: (*_age(row), row["reviewer"]), reverse=True)
    said = [row for row in ordered if row["verdict"] != WITHDRAWN]
    is_contested = len({_labels(row) for row in said}) > 1
    return [
        row
        | {
            "is_in_force": bool(said) and row is said[0],
            "is_contested": is_contested and row["verdict"] != WITHDRAWN,
        }
        for row in ordered
    ]


def _labels(row: Row) -> tuple[Any, ...]:
    return (*(row[name] for name in _SAID), frozenset(row["themes"]))


def _row(correction: Correction) -> Row:
    row = asdict(correction)
    return row | {name: list(value) for name, value in row.items() if isinstance(value, tuple)}
