"""Reading a file: from its bytes to the rows of `raw_comments` and `rejected_rows`, none lost."""

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa

from fiber_pipeline.readers.files.containers import Document, hash_file, open_documents, open_regular
from fiber_pipeline.readers.formats.json_cells import expand_json_cells
from fiber_pipeline.readers.formats.parquet import read_parquet
from fiber_pipeline.readers.formats.spreadsheets import read_workbook
from fiber_pipeline.readers.formats.text_files import read_text
from fiber_pipeline.readers.limits import Limits
from fiber_pipeline.readers.mapping import ColumnMapping, batch_source
from fiber_pipeline.readers.sheet import Sheet
from fiber_pipeline.readers.tables.column_plan import NamedChoice
from fiber_pipeline.readers.tables.layout import tables_of
from fiber_pipeline.readers.tables.purpose import is_sound, why_left_out
from fiber_pipeline.readers.tables.rejection import REJECTED_SCHEMA
from fiber_pipeline.readers.tables.understood_table import ACCEPTED_SCHEMA, TableRows, read_table
from fiber_pipeline.readers.unreadable import ForeignFile, UnreadableFile
from fiber_pipeline.readers.values.dates import DateOrder
from fiber_pipeline.readers.values.scores import RatingScale
from fiber_pipeline.tables import RAW_COMMENTS, REJECTED_ROWS


class RowsLost(RuntimeError):  # noqa: N818 - named after what happened
    """A row of a file ended neither accepted nor rejected, or twice: a defect of the readers."""


@dataclass(frozen=True)
class TableSummary:
    """What was read from one table: a sheet, or a file that has no sheets.

    file: the recorded file name, the archive's member after `!`.
    header_row: its row number, None if the table has no header row or the format names its columns.
    columns: header by role, for the roles that have a column. answers: the headers of its open questions.
    choices: why, for those that were recognised. doubts: choices that a person should look at.
    date_order, rating_scale: how its dates and ratings are read, None where it has none.
    data_rows: rows under the header that are not blank; `accepted` and `rejected` add up to it.
    """

    file: str
    sheet: str | None
    encoding: str | None
    delimiter: str | None
    header_row: int | None
    columns: Mapping[str, str]
    data_rows: int
    accepted: int
    rejected: int
    notes: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    choices: tuple[NamedChoice, ...] = ()
    doubts: tuple[str, ...] = ()
    date_order: DateOrder | None = None
    rating_scale: RatingScale | None = None

    @property
    def where(self) -> str:
        """The file, and the sheet if it has one, for messages."""
        return self.file if self.sheet is None else f"{self.file}, sheet {self.sheet!r}"


@dataclass(frozen=True)
class LeftOut:
    """A table that holds no answers: where it stands, what it is, how many rows it has."""

    where: str
    purpose: str
    rows: int

    def __str__(self) -> str:
        return f"{self.where}: {self.purpose} ({self.rows:,} rows)"


@dataclass(frozen=True)
class ReadingSummary:
    """What was read from a file, table by table, and what an operator should know about it."""

    file: str
    file_sha256: str
    tables: tuple[TableSummary, ...]
    notes: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @property
    def doubts(self) -> tuple[str, ...]:
        """Choices that a person should look at, each with its table."""
        return tuple(f"{table.where}: {doubt}" for table in self.tables for doubt in table.doubts)

    @property
    def data_rows(self) -> int:
        """Rows of data in all tables."""
        return sum(table.data_rows for table in self.tables)


@dataclass(frozen=True)
class Reading:
    """A file's rows: `raw` a frame of RAW_COMMENTS, `rejected` one of REJECTED_ROWS. RowsLost if they do not add up."""

    raw: pd.DataFrame
    rejected: pd.DataFrame
    summary: ReadingSummary

    def __post_init__(self) -> None:
        """Check that every data row of every table ended in exactly one frame."""
        for table in self.summary.tables:
            if table.accepted + table.rejected != table.data_rows:
                raise RowsLost(
                    f"{table.file}, sheet {table.sheet!r}: {table.data_rows} data rows, but {table.accepted} were "
                    f"accepted and {table.rejected} rejected"
                )
        if len(self.raw) + len(self.rejected) != self.summary.data_rows:
            raise RowsLost(
                f"{self.summary.file}: {self.summary.data_rows} data rows, but {len(self.raw)} accepted and "
                f"{len(self.rejected)} rejected rows"
            )


def read_file(
    path: Path,
    *,
    batch: str,
    source_file: str | None = None,
    ingested_at: dt.datetime,
    mapping: ColumnMapping | None = None,
    limits: Limits | None = None,
) -> Reading:
    """Read a file of any supported form.

    path: a local file. batch: its path relative to the inbox, with `/`; the first folder is the source.
    source_file: the name recorded, by default the batch. ingested_at: with a time zone. mapping: what a person says
    about its columns. limits: how large it may be, by default `Limits()`.

    Raises UnreadableFile if the file as a whole cannot be read; rows that cannot be read are rejected instead.
    """
    if ingested_at.tzinfo is None:
        raise ValueError("ingested_at needs a time zone")
    file = source_file or batch
    limits = limits or Limits()
    mapping = mapping or ColumnMapping()
    notes: list[str] = []
    read: list[tuple[Sheet, TableRows]] = []
    with open_regular(Path(path), file, limits) as handle:
        digest = hash_file(handle)
        foreign: list[ForeignFile] = []
        for document in open_documents(handle, file, limits, notes):
            try:
                for sheet in itertools.chain.from_iterable(map(tables_of, _sheets(document, limits, mapping, notes))):
                    expand_json_cells(sheet, limits)
                    read.append((sheet, read_table(sheet, mapping, limits)))
            except ForeignFile as problem:
                foreign.append(problem)
                notes.append(f"not read: {problem}")
    if foreign and not read:
        raise foreign[0]
    read, left_out = _with_answers(read, mapping)
    if left_out and not read:
        raise UnreadableFile(
            f"it holds no table of answers ({'; '.join(map(str, left_out))})",
            file,
            "Export the answers themselves, a row each, with their comments",
        )
    rows = [table for _, table in read]
    missing = set.intersection(*(table.missing for table in rows)) if rows else set()
    if missing:
        wanted = ", ".join(f"{role} in {mapping.columns[role]!r}" for role in sorted(missing))
        raise UnreadableFile(
            f"no table of the file has the columns the mapping names ({wanted})",
            file,
            "Correct the mapping's `columns`",
        )
    accepted = pa.Table.from_batches([batch for table in rows for batch in table.accepted], ACCEPTED_SCHEMA)
    rejected = pa.Table.from_batches([batch for table in rows for batch in table.rejected], REJECTED_SCHEMA)
    return Reading(
        RAW_COMMENTS.frame(
            {
                **{name: accepted[name] for name in accepted.column_names},
                "batch": pa.repeat(batch, len(accepted)),
                "source": pa.array([batch_source(batch)] * len(accepted), pa.string()),
                "file_sha256": pa.repeat(digest, len(accepted)),
                "ingested_at": pa.repeat(pa.scalar(ingested_at, pa.timestamp("us", "UTC")), len(accepted)),
            }
        ),
        REJECTED_ROWS.frame(
            {
                **{name: rejected[name] for name in rejected.column_names},
                "batch": pa.repeat(batch, len(rejected)),
            }
        ),
        ReadingSummary(
            file, digest, tuple(_summarise(sheet, table) for sheet, table in read), tuple(notes), tuple(left_out)
        ),
    )


def _sheets(document: Document, limits: Limits, mapping: ColumnMapping, notes: list[str]) -> Iterator[Sheet]:
    if document.file_type in ("xlsx", "xls", "ods"):
        return read_workbook(document, limits, notes, mapping.sheets)
    if document.file_type == "parquet":
        return iter((read_parquet(document, limits),))
    return read_text(document, limits, mapping)


def _summarise(sheet: Sheet, table: TableRows) -> TableSummary:
    accepted = sum(map(len, table.accepted))
    return TableSummary(
        file=sheet.file,
        sheet=sheet.name,
        encoding=sheet.encoding,
        delimiter=sheet.delimiter,
        header_row=table.header_row,
        columns=table.columns,
        data_rows=table.data_rows,
        accepted=accepted,
        rejected=sum(map(len, table.rejected)),
        notes=tuple(sheet.notes),
        answers=table.answers,
        choices=table.choices,
        doubts=tuple(table.doubts),
        date_order=table.date_order,
        rating_scale=table.rating_scale,
    )


def _with_answers(
    read: Sequence[tuple[Sheet, TableRows]], mapping: ColumnMapping
) -> tuple[list[tuple[Sheet, TableRows]], list[LeftOut]]:
    """The tables that hold answers, and the others. What a person has mapped is read, whatever it looks like."""
    if mapping.columns or mapping.sheets is not None:
        return list(read), []
    kept, left_out = [], []
    sound = sum(is_sound(table) for _, table in read)
    for sheet, table in read:
        purpose = why_left_out(sheet, table, beside_answers=sound > is_sound(table))
        if purpose is None:
            kept.append((sheet, table))
        else:
            left_out.append(LeftOut(sheet.where, purpose, table.data_rows))
    return kept, left_out
