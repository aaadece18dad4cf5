"""One sheet understood: its header and columns found, each of its rows accepted or rejected with a reason."""

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pyarrow as pa

from fiber_pipeline.readers.answers import read_answers
from fiber_pipeline.readers.dates import detect_order
from fiber_pipeline.readers.header import Header, find_header, unique_names
from fiber_pipeline.readers.limits import Limits
from fiber_pipeline.readers.mapping import ColumnMapping
from fiber_pipeline.readers.mojibake import repair_mojibake
from fiber_pipeline.readers.recognition import Role, plain_name, recognise
from fiber_pipeline.readers.scores import decide_scale, read_number, read_rating
from fiber_pipeline.readers.sheet import Cell, Chunk, Sheet, is_blank
from fiber_pipeline.readers.table_columns import (
    Problems,
    date_column,
    json_rows,
    nps_column,
    plain_text,
    rating_column,
)
from fiber_pipeline.tables import RAW_COMMENTS, REJECTED_ROWS
from fiber_pipeline.text import fold

ACCEPTED_SCHEMA = pa.schema(
    [item for item in RAW_COMMENTS.arrow_schema if item.name not in ("batch", "source", "file_sha256", "ingested_at")]
)
REJECTED_SCHEMA = pa.schema([item for item in REJECTED_ROWS.arrow_schema if item.name != "batch"])

_TOTALS = frozenset(
    {
        "total",
        "totales",
        "total general",
        "suma",
        "promedio",
        "media",
        "subtotal",
        "grand total",
        "average",
        "sum",
        "mean",
    }
)
_TOTAL_CHARACTERS = 20
_NO_ANSWER = "the row has no comment, NPS or rating"
_NO_ROLES = "no column of comments, NPS or ratings was recognised in this table; name it in a column mapping"


@dataclass
class TableRows:
    """A sheet's rows as they end, and what was found out about it. `missing` are roles whose mapped column it lacks."""

    header_row: int | None = None
    columns: dict[str, str] = field(default_factory=dict)
    data_rows: int = 0
    accepted: list[pa.RecordBatch] = field(default_factory=list)
    rejected: list[pa.RecordBatch] = field(default_factory=list)
    missing: set[Role] = field(default_factory=set)


def read_table(sheet: Sheet, mapping: ColumnMapping, limits: Limits) -> TableRows:
    """Read a sheet to its end. What an operator should know is added to its notes."""
    chunks = iter(sheet.chunks)
    sample = next(chunks, Chunk())
    table = _Table(sheet, sample, mapping, limits)
    for chunk in itertools.chain([sample], chunks):
        table.take(chunk)
    if not table.rows.data_rows:
        sheet.notes.append("the sheet holds no rows of data" if sheet.name else "the file holds no rows of data")
    return table.rows


class _Table:
    def __init__(self, sheet: Sheet, sample: Chunk, mapping: ColumnMapping, limits: Limits) -> None:
        self._sheet, self._mapping, self._limits = sheet, mapping, limits
        self.rows = TableRows()
        self._header_cells: list[str] = []
        header = self._header(sample)
        start = 0 if header.position is None else header.position + 1
        data = [
            row
            for row in sample.rows[start:]
            if not (all(map(is_blank, row)) or self._is_header(row) or _is_total(row))
        ]
        self._width = self._usual_width(data, sample, header)
        self._names = [name or "" for name in repair_mojibake(list(header.names))]
        columns = _transpose(data, len(self._names))
        self._is_named = header.position is not None or sheet.header is not None
        self._roles = self._assign(columns, self._is_named)
        self._order = mapping.date_order or detect_order(columns[self._roles["date"]] if "date" in self._roles else ())
        ratings = map(read_rating, columns[self._roles["rating"]] if "rating" in self._roles else ())
        self._scale = mapping.rating_scale or decide_scale(filter(None, ratings))
        self.rows.columns = {role: self._names[column] for role, column in self._roles.items()}
        prefix = "" if sheet.member is None else f"{sheet.member}!"
        self._prefix = prefix if sheet.name is None else f"{prefix}{sheet.name}!"

    def _header(self, sample: Chunk) -> Header:
        if self._sheet.header is not None:
            return Header(None, unique_names(self._sheet.header, 0))
        forced = self._mapping.header_row
        if forced is None:
            header = find_header(sample.rows)
        elif forced == 0:
            header = Header(None, unique_names([], max(map(len, sample.rows), default=0)))
        elif forced in sample.numbers:
            header = find_header(sample.rows, sample.numbers.index(forced))
        else:
            header = Header(None, unique_names([], max(map(len, sample.rows), default=0)))
            self._sheet.notes.append(f"the mapping's header_row {forced} is not in this table")
        if header.position is None:
            return header
        self.rows.header_row = sample.numbers[header.position]
        self._header_cells = [_plain(cell) for cell in sample.rows[header.position]]
        titles = [
            f"{number}: {' '.join(str(cell) for cell in row if not is_blank(cell))[:80]!r}"
            for number, row in zip(sample.numbers[: header.position], sample.rows, strict=False)
            if not all(map(is_blank, row))
        ]
        if titles:
            self._sheet.notes.append(f"rows above the header, not read as data: {'; '.join(titles)}")
        # What stands above the header is dealt with: the table starts under it.
        del sample.numbers[: header.position + 1], sample.rows[: header.position + 1]
        sample.troubles = {
            row - header.position - 1: trouble for row, trouble in sample.troubles.items() if row > header.position
        }
        return header._replace(position=-1)  # rows start right after it

    def _usual_width(self, data: Sequence[Sequence[Cell]], sample: Chunk, header: Header) -> int | None:
        """The most cells a row of a delimited file may have."""
        if not self._sheet.is_delimited:
            return None
        if self._header_cells:
            width = len(self._header_cells)
            wider = sum(len(row) > width for row in data)
            if wider * 2 <= len(data):
                del header.names[width:]
                return width
            return None
        widths = Counter(map(len, data))
        if not widths:
            return None
        width = max(widths, key=lambda width: (widths[width], width))
        del header.names[width:]
        return width

    def _assign(self, columns: Sequence[Sequence[Cell]], has_header: bool) -> dict[Role, int]:
        said = self._mapping.columns
        fixed: dict[Role, int] = {}
        for role, column in said.items():
            place = self._place(column)
            if place is not None:
                fixed[role] = place
            elif column is not None:
                self.rows.missing.add(role)
                self._sheet.notes.append(f"the mapping's column {column!r} for {role} is not in this table")
        free = [index for index in range(len(self._names)) if index not in fixed.values()]
        found = recognise([self._names[index] for index in free], [columns[index] for index in free], has_header)
        roles = {role: free[column] for role, column in found.items() if role not in said or role in self.rows.missing}
        return {**roles, **fixed}

    def _place(self, column: str | int | None) -> int | None:
        if isinstance(column, int):
            return column - 1 if column <= len(self._names) else None
        if column is None:
            return None
        if column in self._names:
            return self._names.index(column)
        plain = [plain_name(name) for name in self._names]
        return plain.index(plain_name(column)) if plain_name(column) in plain else None

    def take(self, chunk: Chunk) -> None:
        """Accept or reject every row of a chunk."""
        if self._sheet.header is not None and len(self._sheet.header) > len(self._names):
            self._widen(self._sheet.header, chunk)
        numbers: list[int] = []
        rows: list[list[Cell]] = []
        problems = Problems()
        rejected = [_Rejected(bad.number, bad.cells, bad.reason, is_cut=False) for bad in chunk.malformed]
        for position, (number, row) in enumerate(zip(chunk.numbers, chunk.rows, strict=True)):
            if all(map(is_blank, row)):
                continue
            reason = self._fault(row)
            if reason:
                rejected.append(_Rejected(number, row, reason))
                continue
            if position in chunk.troubles:
                problems.by_row[len(rows)] = list(chunk.troubles[position])
            numbers.append(number)
            rows.append(row)
        self.rows.data_rows += len(rows) + len(rejected)
        rejected.extend(self._accept(numbers, rows, problems))
        if rejected:
            self.rows.rejected.append(self._rejected_batch(rejected))

    def _widen(self, header: Sequence[str], chunk: Chunk) -> None:
        """Take in names that records first used after the sample; they may play roles no column has yet."""
        late = range(len(self._names), len(header))
        self._names = unique_names(header, 0)
        columns = _transpose(chunk.rows, len(self._names))
        found = recognise([self._names[index] for index in late], [columns[index] for index in late], has_header=True)
        for role, column in found.items():
            if role not in self._roles and self._mapping.columns.get(role, "") is not None:
                self._roles[role] = late[column]
                self.rows.columns[role] = self._names[late[column]]

    def _fault(self, row: Sequence[Cell]) -> str | None:
        if self._width is not None and len(row) > self._width and not all(map(is_blank, row[self._width :])):
            return (
                f"the row has {len(row)} cells where the table has {self._width} columns; "
                "a text that holds the delimiter must be quoted"
            )
        if self._is_header(row):
            return "the row repeats the header"
        limit = self._limits.cell_characters
        longest = max((len(cell) for cell in row if isinstance(cell, str)), default=0) if self._is_long(row) else 0
        if longest > limit:
            return f"a cell has {longest:,} characters, and {limit:,} are allowed"
        return None

    def _is_long(self, row: Sequence[Cell]) -> bool:
        """Whether a row may hold too long a cell; told at once where all cells are texts, as in delimited files."""
        return not self._sheet.is_delimited or sum(map(len, row)) > self._limits.cell_characters  # type: ignore[arg-type]

    def _is_header(self, row: Sequence[Cell]) -> bool:
        header = self._header_cells
        return bool(header and _plain(row[0]) == header[0] and [_plain(cell) for cell in row] == header)

    def _accept(self, numbers: list[int], rows: list[list[Cell]], problems: Problems) -> list["_Rejected"]:
        """Add the rows that hold an answer to the accepted ones; return the others."""
        count = len(rows)
        columns = _transpose(rows, len(self._names))
        nothing: list[Any] = [None] * count
        no_problems: list[str] = []
        scores, groups, ratings, scales = nothing, nothing, nothing, nothing
        moments, has_time, customers = nothing, [False] * count, nothing
        questions = self._open_questions()
        main = next((place for place, (_, column) in enumerate(questions) if column == self._roles["comment"]), 0)
        comments, asked, told = read_answers([(header, columns[column]) for header, column in questions], main, count)
        if "nps" in self._roles:
            scores, groups = nps_column(columns[self._roles["nps"]], self._name("nps"), problems)
        if "nps_group" in self._roles:
            _, said = nps_column(columns[self._roles["nps_group"]], self._name("nps_group"), problems)
            groups = [own or other for own, other in zip(groups, said, strict=True)]
        if "rating" in self._roles:
            ratings, scales = rating_column(columns[self._roles["rating"]], self._name("rating"), self._scale, problems)
        if "date" in self._roles:
            moments, has_time = date_column(columns[self._roles["date"]], self._name("date"), self._order, problems)
        if "customer" in self._roles:
            customers = [plain_text(cell) for cell in columns[self._roles["customer"]]]
        others = [index for index in range(len(self._names)) if index not in self._roles.values()]
        metadata = json_rows([self._names[index] for index in others], [columns[index] for index in others], count)
        answers = zip(comments, scores, groups, ratings, strict=True)
        keep = [any(value is not None for value in answer) for answer in answers]
        for position, row in enumerate(rows):
            if keep[position] and _is_total(row) and (comments[position] is None or _is_all_numbers(row)):
                keep[position] = False
        batch = pa.record_batch(
            [
                pa.array([f"{self._prefix}{number}" for number in numbers], pa.string()),
                pa.array([self._sheet.file] * count, pa.string()),
                pa.array([self._sheet.name] * count, pa.string()),
                pa.array(numbers, pa.int64()),
                pa.array(comments, pa.string()),
                asked,
                told,
                pa.array(scores, pa.int64()),
                pa.array(groups, pa.string()),
                pa.array(ratings, pa.float64()),
                pa.array(scales, pa.string()),
                pa.array(moments, pa.timestamp("us", "UTC")),
                pa.array(has_time, pa.bool_()),
                pa.array(customers, pa.string()),
                pa.array(metadata, pa.string()),
                pa.array([problems.by_row.get(row, no_problems) for row in range(count)], pa.list_(pa.string())),
            ],
            schema=ACCEPTED_SCHEMA,
        )
        if all(keep):
            self.rows.accepted.append(batch)
            return []
        self.rows.accepted.append(batch.filter(pa.array(keep, pa.bool_())))
        return [
            _Rejected(numbers[position], row, self._why_not(row, problems.by_row.get(position, [])))
            for position, row in enumerate(rows)
            if not keep[position]
        ]

    def _open_questions(self) -> list[tuple[str | None, int]]:
        """Header and column of every open question, in the order of columns; no header where the format has none."""
        if "comment" not in self._roles:
            return []
        column = self._roles["comment"]
        return [(self._names[column] if self._is_named else None, column)]

    def _name(self, role: Role) -> str:
        return self._names[self._roles[role]]

    def _why_not(self, row: Sequence[Cell], problems: Sequence[str]) -> str:
        if not self._roles.keys() & {"comment", "nps", "nps_group", "rating"}:
            return _NO_ROLES
        if _is_total(row):
            return "the row is a total, not an answer"
        return "; ".join([_NO_ANSWER, *problems])

    def _rejected_batch(self, rejected: Sequence["_Rejected"]) -> pa.RecordBatch:
        limit = self._limits.cell_characters
        documents = []
        for row in rejected:
            cells = [cell[:limit] if isinstance(cell, str) else cell for cell in row.cells]
            names = unique_names(self._names if row.is_cut else ["line"], len(cells))[: len(cells)]
            (document,) = json_rows(names, [[cell] for cell in cells], 1)
            documents.append(document)
        count = len(rejected)
        return pa.record_batch(
            [
                pa.array([self._sheet.file] * count, pa.string()),
                pa.array([self._sheet.name] * count, pa.string()),
                pa.array([row.number for row in rejected], pa.int64()),
                pa.array([row.reason for row in rejected], pa.string()),
                pa.array(documents, pa.string()),
            ],
            schema=REJECTED_SCHEMA,
        )


class _Rejected(NamedTuple):
    number: int
    cells: Sequence[Cell]
    reason: str
    is_cut: bool = True


def _is_total(row: Sequence[Cell]) -> bool:
    first = next((cell for cell in row if not is_blank(cell)), None)
    if not isinstance(first, str) or len(first) > _TOTAL_CHARACTERS or first[0].isdecimal():
        return False
    return fold(first).strip(" :.") in _TOTALS


def _is_all_numbers(row: Sequence[Cell]) -> bool:
    held = [cell for cell in row if not is_blank(cell)][1:]
    return bool(held) and all(read_number(cell) is not None for cell in held)


def _plain(cell: Cell) -> str:
    return "" if is_blank(cell) else str(cell).strip()


def _transpose(rows: Sequence[Sequence[Cell]], width: int) -> list[Sequence[Cell]]:
    """Columns of rows of different lengths; cells beyond `width` are blank or dealt with before."""
    if not rows:
        return [()] * width
    padded = [row if len(row) == width else [*row[:width], *[None] * (width - len(row))] for row in rows]
    return list(zip(*padded, strict=True))
