"""The form every format is brought to before anything is understood: sheets of numbered rows of cells."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

Cell = str | int | float | bool | dt.date | dt.time | dt.timedelta | None
"""A cell as the file types it (`datetime` is a `date`); "" and None are blank."""

CHUNK_ROWS = 20_000
"""Rows handed on at a time. The first chunk is also the sample on which header, columns and scales are decided."""


@dataclass(frozen=True)
class Malformed:
    """A row that the format's own rules cannot cut into cells."""

    number: int
    cells: list[Cell]
    reason: str


@dataclass
class Chunk:
    """Some rows of a sheet. `numbers` and `rows` run in parallel; rows may differ in length and may be blank.

    troubles: by position in `rows`, what was mended or is doubtful in a row that could be cut into cells.
    """

    numbers: list[int] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    malformed: list[Malformed] = field(default_factory=list)
    troubles: dict[int, list[str]] = field(default_factory=dict)


@dataclass
class Sheet:
    """A table of a file, not yet understood.

    file: the recorded file name; inside an archive, the member's name follows `!`.
    member: that member's name, if any. It is part of the row ids.
    name: the sheet's name in a workbook, else None.
    part: which of a sheet's tables it is, where several lie side by side; None for the first. Part of the row ids.
    chunks: its rows, in order, to be read once.
    header: names given by the format itself (JSON, Parquet). A reader may append to it while reading.
    is_delimited: whether a row with more cells than the header is malformed, rather than a wide sheet.
    notes: what an operator should know; readers may append while reading.
    """

    file: str
    member: str | None
    name: str | None
    chunks: Iterator[Chunk]
    header: list[str] | None = None
    is_delimited: bool = False
    encoding: str | None = None
    delimiter: str | None = None
    notes: list[str] = field(default_factory=list)
    part: str | None = None

    @property
    def where(self) -> str:
        """The file, and the sheet if it has one, for messages."""
        return self.file if self.name is None else f"{self.file}, sheet {self.name!r}"


_SPACE = "\ufeff\u200b\xa0 \t\r\n\v\f"


def is_blank(cell: object) -> bool:
    """Whether a cell holds nothing but white space; NaN is how data frames write a blank number."""
    if isinstance(cell, str):
        return not cell or not cell.strip(_SPACE)
    return cell is None or cell != cell
