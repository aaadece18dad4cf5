"""One sheet understood: its header and columns found, each of its rows accepted or rejected with a reason."""

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pyarrow as pa

from fiber_pipeline.readers.answers import read_answers
from fiber_pipeline.readers.columns import Choice, Role, recognise
from fiber_pipeline.readers.columns.names import plain_name
from fiber_pipeline.readers.dates import DateOrder, detect_order
from fiber_pipeline.readers.header import Header, find_header, unique_names
from fiber_pipeline.readers.limits import Limits
from fiber_pipeline.readers.mapping import ColumnMapping
from fiber_pipeline.readers.mojibake import repair_mojibake
from fiber_pipeline.readers.null_marks import are_machine_made
from fiber_pipeline.readers.rating_scales import RatingForm, decide_form
from fiber_pipeline.readers.scores import RatingScale, read_number
from fiber_pipeline.readers.sheet import Cell, Chunk, Sheet, is_blank
from fiber_pipeline.readers.surplus_fields import SURPLUS_COLUMN, SurplusFields, named_width
from fiber_pipeline.readers.table_columns import (
    Problems,
    customer_column,
    date_column,
    json_rows,
    nps_column,
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


class NamedChoice(NamedTuple):
    """Why a column has its role, in words; see `columns.Choice`."""

    role: Role
    header: str
    reasons: tuple[str, ...]
    runner_up: str | None
    doubt: str | None


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
            row
            for row in sample.rows[start:]
            if not (all(map(is_blank, row)) or self._is_header(row) or _is_total(row))
        ]
        self._width = self._usual_width(data, header)
        self._names = [name or "" for name in repair_mojibake(list(header.names))]
        # Fields of rows that are too wide may stand under a wrong name: the others tell what columns hold.
        width = self._width
        fitting = [row for row in data if width is None or len(row) <= width or all(map(is_blank, row[width:]))]
        columns = _transpose(fitting if len(fitting) * 2 >= len(data) else data, len(self._names))
        self._is_named = header.position is not None or sheet.header is not None
        self._questions: list[int] = []
        self._roles = self._assign(columns, self._is_named)
        self._order = mapping.date_order or detect_order(columns[self._roles["date"]] if "date" in self._roles else ())
        self._form = self._rating_form(columns)
        self._is_machine_made = are_machine_made(
            column for index, column in enumerate(columns) if index != self._roles.get("comment")
        )
        self._surplus = (
            None
            if self._width is None
            else SurplusFields(data, self._width, self._roles.get("comment"), sheet.delimiter)
        )
        self.rows.names = self._names
        self.rows.columns = {role: self._names[column] for role, column in self._roles.items()}
        self.rows.date_order = self._order if "date" in self._roles else None
        self.rows.rating_scale = self._form.scale if self._form else None
        self._prefix = "".join(f"{part}!" for part in (sheet.member, sheet.name, sheet.part) if part is not None)

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
        widths = Counter(map(len, data))
        if not self._sheet.is_delimited or not (self._header_cells or widths):
            return None
        if self._header_cells:
            width = named_width(self._header_cells, data)
        else:
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
        open_to = [choice for choice in found.choices if choice.role not in said or choice.role in self.rows.missing]
        roles = {**{choice.role: free[choice.column] for choice in open_to}, **fixed}
        self._questions = self._open_questions(roles, [free[column] for column in found.answers])
        self.rows.answers = tuple(self._names[column] for column in self._questions)
        named = [self._named(choice, free) for choice in open_to]
        self.rows.choices = tuple(named)
        self.rows.doubts = [f"{choice.role} ← {choice.header!r}: {choice.doubt}" for choice in named if choice.doubt]
        self.rows.doubts += found.doubts
        return roles

    def _open_questions(self, roles: Mapping[Role, int], found: Sequence[int]) -> list[int]:
        """The columns of open questions, in order: the comment's, and further ones unless they play another role."""
        if "comment" not in roles:
            return []
        if self._mapping.questions is not None or "comment" in self._mapping.columns:
            said = self._mapping.questions or ()
            found = [place for column in said if (place := self._place(column)) is not None]
        others = {column for role, column in roles.items() if role != "comment"}
        return sorted(({roles["comment"]} | set(found)) - others)

    def _named(self, choice: Choice, free: Sequence[int]) -> NamedChoice:
        runner_up = None if choice.runner_up is None else self._names[free[choice.runner_up[0]]]
        return NamedChoice(choice.role, self._names[free[choice.column]], choice.reasons, runner_up, choice.doubt)

    def _rating_form(self, columns: Sequence[Sequence[Cell]]) -> RatingForm | None:
        """How ratings are read; a column that holds none after all gives its role up."""
        if "rating" not in self._roles:
            return None
        form = decide_form(columns[self._roles["rating"]], self._name("rating"), self._mapping.rating_scale)
        if form is None:
            self._sheet.notes.append(f"{self._name('rating')!r} holds shares from 0 to 1, which are no ratings")
            del self._roles["rating"]
        return form

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
        surplus: dict[int, str] = {}
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
            if self._surplus and self._width is not None and not all(map(is_blank, row[self._width :])):
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
            self.rows.rejected.append(self._rejected_batch(rejected))

    def _widen(self, header: Sequence[str], chunk: Chunk) -> None:
        """Take in names that records first used after the sample; they may play roles no column has yet."""
        late = range(len(self._names), len(header))
        self._names = unique_names(header, 0)
        columns = _transpose(chunk.rows, len(self._names))
        found = recognise([self._names[index] for index in late], [columns[index] for index in late], has_header=True)
        for role, column in found.roles.items():
            if role not in self._roles and self._mapping.columns.get(role, "") is not None:
                self._roles[role] = late[column]
                self.rows.columns[role] = self._names[late[column]]
        self._questions = self._open_questions(self._roles, [*self._questions, *(late[at] for at in found.answers)])
        self.rows.answers = tuple(self._names[column] for column in self._questions)

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
        header = self._header_cells
        if not header or not isinstance(row[0], str | None) or _plain(row[0]).lower() != header[0].lower():
            return False
        width = max(len(row), len(header))
        padded, names = [*row, *[None] * (width - len(row))], [*header, *[""] * (width - len(header))]
        return [fold(_plain(cell)) for cell in padded] == [fold(name) for name in names]

    def _accept(
        self, numbers: list[int], rows: list[list[Cell]], problems: Problems, surplus: Mapping[int, str]
    ) -> list["_Rejected"]:
        """Add the rows that hold an answer to the accepted ones; return the others."""
        count = len(rows)
        columns = _transpose(rows, len(self._names))
        nothing: list[Any] = [None] * count
        no_problems: list[str] = []
        scores, groups, ratings, scales = nothing, nothing, nothing, nothing
        moments, has_time, customers = nothing, [False] * count, nothing
        main = self._questions.index(self._roles["comment"]) if self._questions else 0
        questions = [(self._question(column), columns[column]) for column in self._questions]
        comments, asked, told = read_answers(questions, main, count, self._is_machine_made)
        if "nps" in self._roles:
            scores, groups = nps_column(columns[self._roles["nps"]], self._name("nps"), problems)
        if "nps_group" in self._roles:
            _, said = nps_column(columns[self._roles["nps_group"]], self._name("nps_group"), problems)
            groups = [own or other for own, other in zip(groups, said, strict=True)]
        if "rating" in self._roles and self._form:
            ratings, scales = rating_column(columns[self._roles["rating"]], self._name("rating"), self._form, problems)
        if "date" in self._roles:
            moments, has_time = date_column(columns[self._roles["date"]], self._name("date"), self._order, problems)
        if "customer" in self._roles:
            customers = customer_column(columns[self._roles["customer"]], self._name("customer"), problems)
        taken = {*self._roles.values(), *self._questions}
        others = [index for index in range(len(self._names)) if index not in taken]
        names, cells = [self._names[index] for index in others], [columns[index] for index in others]
        if surplus:
            names, cells = [*names, SURPLUS_COLUMN], [*cells, [surplus.get(row) for row in range(count)]]
        metadata = json_rows(names, cells, count)
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

    def _question(self, column: int) -> str | None:
        """The header of an open question; none where the format has no headers and there is nothing to tell apart."""
        return self._names[column] if self._is_named or len(self._questions) > 1 else None

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
    return "" if is_blank(cell) else " ".join(str(cell).replace("\ufeff", "").split())


def _transpose(rows: Sequence[Sequence[Cell]], width: int) -> list[Sequence[Cell]]:
    """Columns of rows of different lengths; cells beyond `width` are blank or dealt with before."""
    if not rows:
        return [()] * width
    padded = [row if len(row) == width else [*row[:width], *[None] * (width - len(row))] for row in rows]
    return list(zip(*padded, strict=True))
