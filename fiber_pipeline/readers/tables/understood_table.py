"""One sheet understood: its header and columns found, each of its rows accepted or rejected with a reason."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from fiber_pipeline.readers.columns import Role
from fiber_pipeline.readers.columns.names import plain_name
from fiber_pipeline.readers.limits import Limits
from fiber_pipeline.readers.mapping import ColumnMapping
from fiber_pipeline.readers.sheet import Cell, Chunk, Sheet, is_blank
from fiber_pipeline.readers.tables.answers import read_answers
from fiber_pipeline.readers.tables.column_plan import ColumnPlan, NamedChoice
from fiber_pipeline.readers.tables.header import Header, find_header, unique_names
from fiber_pipeline.readers.tables.rejection import Rejected, is_all_numbers, is_total, rejected_batch
from fiber_pipeline.readers.tables.surplus_fields import (
    SURPLUS_COLUMN,
    SurplusFields,
    lacks_first_name,
    named_width,
    unnamed_width,
)
from fiber_pipeline.readers.tables.table_columns import (
    Problems,
    customer_column,
    date_column,
    json_rows,
    nps_column,
    rating_column,
)
from fiber_pipeline.readers.values.dates import DateOrder, detect_order
from fiber_pipeline.readers.values.mojibake import repair_mojibake
from fiber_pipeline.readers.values.null_marks import are_machine_made
from fiber_pipeline.readers.values.rating_scales import RatingForm, decide_form
from fiber_pipeline.readers.values.scores import RatingScale
from fiber_pipeline.tables import RAW_COMMENTS
from fiber_pipeline.text import fold

ACCEPTED_SCHEMA = pa.schema(
    [item for item in RAW_COMMENTS.arrow_schema if item.name not in ("batch", "source", "file_sha256", "ingested_at")]
)

# More rows above a header than these are hardly titles.
_MOST_TITLES = 5
_NO_ANSWER = "the row has no comment, NPS or rating"
_NO_ROLES = "no column of comments, NPS or ratings was recognised in this table; name it in a column mapping"


@dataclass
class TableRows:
    """A table's rows as they end, and what was found out about it.

    header_row: the number of the row of names. columns: header by role. answers: headers of its open questions.
    choices: why a column has its role, for those that were not told by a mapping. doubts: what a person should look at.
    titles: texts above the header. names: all headers. missing: roles whose mapped column it lacks.
    """

    header_row: int | None = None
    columns: dict[str, str] = field(default_factory=dict)
    answers: tuple[str, ...] = ()
    choices: tuple[NamedChoice, ...] = ()
    doubts: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    date_order: DateOrder | None = None
    rating_scale: RatingScale | None = None
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
            row for row in sample.rows[start:] if not (all(map(is_blank, row)) or self._is_header(row) or is_total(row))
        ]
        self._width = self._usual_width(data, header)
        names = [name or "" for name in repair_mojibake(list(header.names))]
        columns = _transpose(self._well_cut(data), len(names))
        is_named = header.position is not None or sheet.header is not None
        self._plan = ColumnPlan(names, columns, mapping, has_header=is_named)
        sheet.notes += self._plan.lacking
        roles = self._plan.roles
        self._order = mapping.date_order or detect_order(columns[roles["date"]] if "date" in roles else ())
        self._form = self._rating_form(columns)
        self._is_machine_made = are_machine_made(
            column for index, column in enumerate(columns) if index != roles.get("comment")
        )
        self._surplus = (
            None if self._width is None else SurplusFields(data, self._width, roles.get("comment"), sheet.delimiter)
        )
        self._tell_columns()
        self.rows.missing = self._plan.missing
        self.rows.choices = self._plan.choices
        self.rows.doubts += self._plan.doubts
        self.rows.date_order = self._order if "date" in roles else None
        self.rows.rating_scale = self._form.scale if self._form else None
        self._prefix = "".join(f"{part}!" for part in (sheet.member, sheet.name, sheet.part) if part is not None)

    def _tell_columns(self) -> None:
        plan = self._plan
        self.rows.names = plan.names
        self.rows.columns = {str(role): plan.name(role) for role in plan.roles}
        self.rows.answers = tuple(plan.names[column] for column in plan.questions)

    def _header(self, sample: Chunk) -> Header:
        if self._sheet.header is not None:
            return Header(None, unique_names(self._sheet.header, 0))
        forced = self._mapping.header_row
        if forced is None:
            said = (*self._mapping.columns.values(), *(self._mapping.questions or ()))
            header = find_header(sample.rows, expected={plain_name(name) for name in said if isinstance(name, str)})
        elif forced == 0:
            header = Header(None, unique_names([], max(map(len, sample.rows), default=0)))
        elif forced in sample.numbers:
            header = find_header(sample.rows, sample.numbers.index(forced))
        else:
            header = Header(None, unique_names([], max(map(len, sample.rows), default=0)))
            self._sheet.notes.append(f"the mapping's header_row {forced} is not in this table")
        if header.position is None:
            return header
        first = header.position if header.first is None else header.first
        name_row = header.position if header.name_row is None else header.name_row
        self.rows.header_row = sample.numbers[name_row]
        self._header_cells = [_plain(cell) for cell in sample.rows[name_row]]
        above = {
            number: " ".join(str(cell) for cell in row if not is_blank(cell))[:80]
            for number, row in zip(sample.numbers[:first], sample.rows, strict=False)
            if not all(map(is_blank, row))
        }
        self.rows.titles = list(above.values())
        if above:
            told = "; ".join(f"{number}: {title!r}" for number, title in above.items())
            self._sheet.notes.append(f"rows above the header, not read as data: {told}")
        if len(above) > _MOST_TITLES:
            self.rows.doubts.append(f"{len(above)} rows above the header in row {self.rows.header_row} were not read")
        if header.position > first:
            numbers = f"{sample.numbers[first]} to {sample.numbers[header.position]}"
            self._sheet.notes.append(f"the rows {numbers} name the columns together")
        # What stands above the header is dealt with: the table starts under it.
        del sample.numbers[: header.position + 1], sample.rows[: header.position + 1]
        sample.troubles = {
            row - header.position - 1: trouble for row, trouble in sample.troubles.items() if row > header.position
        }
        return header._replace(position=-1)  # rows start right after it

    def _usual_width(self, data: Sequence[Sequence[Cell]], header: Header) -> int | None:
        """How many columns a delimited file has; fields beyond are surplus."""
        if not self._sheet.is_delimited or not (self._header_cells or data):
            return None
        if self._header_cells and lacks_first_name(self._header_cells, data):
            header.names[:] = unique_names(["", *header.names[: len(self._header_cells)]], 0)
            self._header_cells.insert(0, "")
        width = named_width(self._header_cells, data) if self._header_cells else unnamed_width(data)
        del header.names[width:]
        return width

    def _well_cut(self, rows: Sequence[Sequence[Cell]]) -> Sequence[Sequence[Cell]]:
        """Rows whose fields stand under their names, as far as can be told before columns have roles."""
        if self._width is None or all(len(row) <= self._width for row in rows):
            return rows
        surplus = SurplusFields(rows, self._width, None, self._sheet.delimiter)
        fitted = [(row, None) if not surplus.is_over(row) else surplus.fit(row)[:2] for row in rows]
        return [cells for cells, left_over in fitted if left_over is None] or rows

    def _rating_form(self, columns: Sequence[Sequence[Cell]]) -> RatingForm | None:
        """How ratings are read; a column that holds none after all gives its role up."""
        if "rating" not in self._plan.roles:
            return None
        form = decide_form(columns[self._plan.roles["rating"]], self._plan.name("rating"), self._mapping.rating_scale)
        if form is None:
            self._sheet.notes.append(f"{self._plan.name('rating')!r} holds shares from 0 to 1, which are no ratings")
            del self._plan.roles["rating"]
        return form

    def take(self, chunk: Chunk) -> None:
        """Accept or reject every row of a chunk."""
        if self._sheet.header is not None and len(self._sheet.header) > len(self._plan.names):
            names = unique_names(self._sheet.header, 0)
            self._plan.widen(names, _transpose(chunk.rows, len(names)))
            self._tell_columns()
        numbers: list[int] = []
        rows: list[list[Cell]] = []
        problems = Problems()
        surplus: dict[int, str] = {}
        rejected = [Rejected(bad.number, bad.cells, bad.reason, is_cut=False) for bad in chunk.malformed]
        for position, (number, row) in enumerate(zip(chunk.numbers, chunk.rows, strict=True)):
            if all(map(is_blank, row)):
                continue
            reason = self._fault(row)
            if reason:
                rejected.append(Rejected(number, row, reason))
                continue
            if position in chunk.troubles:
                problems.by_row[len(rows)] = list(chunk.troubles[position])
            if self._surplus and self._surplus.is_over(row):
                fitted = self._surplus.fit(row)
                row = fitted.cells
                problems.by_row.setdefault(len(rows), []).append(fitted.problem)
                if fitted.surplus:
                    surplus[len(rows)] = fitted.surplus
            numbers.append(number)
            rows.append(row)
        self.rows.data_rows += len(rows) + len(rejected)
        rejected.extend(self._accept(numbers, rows, problems, surplus))
        if rejected:
            names = self._plan.names
            self.rows.rejected.append(rejected_batch(self._sheet, names, rejected, self._limits.cell_characters))

    def _fault(self, row: Sequence[Cell]) -> str | None:
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
        header, first = self._header_cells, row[0]
        if not header or not isinstance(first, str | None):
            return False
        # Nearly every row is told by the last character of its first cell.
        if (first or "").rstrip()[-1:].lower() != header[0][-1:].lower() or fold(_plain(first)) != fold(header[0]):
            return False
        width = max(len(row), len(header))
        padded, names = [*row, *[None] * (width - len(row))], [*header, *[""] * (width - len(header))]
        return [fold(_plain(cell)) for cell in padded] == [fold(name) for name in names]

    def _accept(
        self, numbers: list[int], rows: list[list[Cell]], problems: Problems, surplus: Mapping[int, str]
    ) -> list[Rejected]:
        """Add the rows that hold an answer to the accepted ones; return the others."""
        count = len(rows)
        plan = self._plan
        columns = _transpose(rows, len(plan.names))
        nothing: list[Any] = [None] * count
        no_problems: list[str] = []
        scores, groups, ratings, scales = nothing, nothing, nothing, nothing
        moments, has_time, customers, customer_header = nothing, [False] * count, nothing, None
        questions = [(plan.question(column), columns[column]) for column in plan.questions]
        comments, asked, told = read_answers(questions, plan.main_question, count, self._is_machine_made)
        if "nps" in plan.roles:
            scores, groups = nps_column(columns[plan.roles["nps"]], plan.name("nps"), problems)
        if "nps_group" in plan.roles:
            _, said = nps_column(columns[plan.roles["nps_group"]], plan.name("nps_group"), problems)
            groups = [own or other for own, other in zip(groups, said, strict=True)]
        if "rating" in plan.roles and self._form:
            ratings, scales = rating_column(columns[plan.roles["rating"]], plan.name("rating"), self._form, problems)
        if "date" in plan.roles:
            moments, has_time = date_column(columns[plan.roles["date"]], plan.name("date"), self._order, problems)
        if "customer" in plan.roles:
            customer_header = plan.name("customer")
            customers = customer_column(columns[plan.roles["customer"]], customer_header, problems)
        others = plan.others()
        names, cells = [plan.names[index] for index in others], [columns[index] for index in others]
        if surplus:
            names, cells = [*names, SURPLUS_COLUMN], [*cells, [surplus.get(row) for row in range(count)]]
        metadata = json_rows(names, cells, count)
        answers = zip(comments, scores, groups, ratings, strict=True)
        keep = [any(value is not None for value in answer) for answer in answers]
        for position, row in enumerate(rows):
            if keep[position] and is_total(row) and (comments[position] is None or is_all_numbers(row)):
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
                pa.array([customer and customer_header for customer in customers], pa.string()),
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
            Rejected(numbers[position], row, self._why_not(row, problems.by_row.get(position, [])))
            for position, row in enumerate(rows)
            if not keep[position]
        ]

    def _why_not(self, row: Sequence[Cell], problems: Sequence[str]) -> str:
        if not self._plan.roles.keys() & {"comment", "nps", "nps_group", "rating"}:
            return _NO_ROLES
        if is_total(row):
            return "the row is a total, not an answer"
        return "; ".join([_NO_ANSWER, *problems])


def _plain(cell: Cell) -> str:
    return "" if is_blank(cell) else " ".join(str(cell).replace("\ufeff", "").split())


def _transpose(rows: Sequence[Sequence[Cell]], width: int) -> list[Sequence[Cell]]:
    """Columns of rows of different lengths; cells beyond `width` are blank or dealt with before."""
    if not rows:
        return [()] * width
    padded = [row if len(row) == width else [*row[:width], *[None] * (width - len(row))] for row in rows]
    return list(zip(*padded, strict=True))
