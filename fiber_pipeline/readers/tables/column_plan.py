"""Which column of a table is read as what: what a mapping says, and for the rest what is recognised."""

from collections.abc import Sequence
from typing import NamedTuple

from fiber_pipeline.readers.columns import Choice, Recognition, Role, recognise
from fiber_pipeline.readers.columns.names import plain_name
from fiber_pipeline.readers.mapping import ColumnMapping
from fiber_pipeline.readers.sheet import Cell


class NamedChoice(NamedTuple):
    """Why a column has its role, in words; see `columns.Choice`."""

    role: Role
    header: str
    reasons: tuple[str, ...]
    runner_up: str | None
    doubt: str | None


class ColumnPlan:
    """The columns of a table by role, and its open questions.

    names: all headers. roles: column by role. questions: columns of open questions, in their order, the comment's among
    them. choices: why, where it was recognised. doubts: what a person should look at. missing: roles whose mapped
    column the table lacks.
    """

    def __init__(
        self, names: list[str], columns: Sequence[Sequence[Cell]], mapping: ColumnMapping, *, has_header: bool
    ) -> None:
        """columns: their cells, a sample of the rows. has_header: whether the names are the file's own."""
        self.names = names
        self._mapping = mapping
        self._has_header = has_header
        self.missing: set[Role] = set()
        self.roles: dict[Role, int] = {}
        for role, column in mapping.columns.items():
            place = self.place(column)
            if place is not None:
                self.roles[role] = place
            elif column is not None:
                self.missing.add(role)
        free = [index for index in range(len(names)) if index not in self.roles.values()]
        found = recognise([names[index] for index in free], [columns[index] for index in free], has_header)
        self.choices = tuple(self._named(choice, free) for choice in found.choices if self._is_open(choice.role))
        self.doubts = [f"{choice.role} ← {choice.header!r}: {choice.doubt}" for choice in self.choices if choice.doubt]
        self.doubts += found.doubts
        self.questions: list[int] = []
        self._take(found, free)

    @property
    def lacking(self) -> list[str]:
        """What the mapping names and the table lacks, in words."""
        said = self._mapping.columns
        return [f"the mapping's column {said[role]!r} for {role} is not in this table" for role in sorted(self.missing)]

    @property
    def main_question(self) -> int:
        """The place of the comment's column among the questions; 0 where there are none."""
        return self.questions.index(self.roles["comment"]) if self.questions else 0

    def widen(self, names: list[str], columns: Sequence[Sequence[Cell]]) -> None:
        """Take in names that records first used after the sample; they may play roles no column has yet."""
        late = range(len(self.names), len(names))
        self.names = names
        self._take(
            recognise([names[index] for index in late], [columns[index] for index in late], has_header=True), late
        )

    def name(self, role: Role) -> str:
        """The header of a role's column."""
        return self.names[self.roles[role]]

    def question(self, column: int) -> str | None:
        """The header of an open question; none where the format has no headers and there is nothing to tell apart."""
        return self.names[column] if self._has_header or len(self.questions) > 1 else None

    def others(self) -> list[int]:
        """The columns that play no role."""
        taken = {*self.roles.values(), *self.questions}
        return [index for index in range(len(self.names)) if index not in taken]

    def place(self, column: str | int | None) -> int | None:
        """Where a column is that a person names by its header or its position from 1; None if it is not there."""
        if isinstance(column, int):
            return column - 1 if column <= len(self.names) else None
        if column is None:
            return None
        if column in self.names:
            return self.names.index(column)
        plain = [plain_name(name) for name in self.names]
        return plain.index(plain_name(column)) if plain_name(column) in plain else None

    def _is_open(self, role: Role) -> bool:
        """Whether a role is to be recognised, rather than said by the mapping."""
        return role not in self._mapping.columns or role in self.missing

    def _take(self, found: Recognition, columns: Sequence[int]) -> None:
        """Give the roles that no column has yet to what was recognised among some columns."""
        for choice in found.choices:
            if choice.role not in self.roles and self._is_open(choice.role):
                self.roles[choice.role] = columns[choice.column]
        asked = {*self.questions, *(columns[column] for column in found.answers)}
        if self._mapping.questions is not None or "comment" in self._mapping.columns:
            asked = {place for name in self._mapping.questions or () if (place := self.place(name)) is not None}
        if "comment" in self.roles:
            others = {column for role, column in self.roles.items() if role != "comment"}
            self.questions = sorted((asked | {self.roles["comment"]}) - others)

    def _named(self, choice: Choice, columns: Sequence[int]) -> NamedChoice:
        runner_up = None if choice.runner_up is None else self.names[columns[choice.runner_up[0]]]
        return NamedChoice(choice.role, self.names[columns[choice.column]], choice.reasons, runner_up, choice.doubt)
