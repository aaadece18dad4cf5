"""The choice of columns: every role a score for every column, and the choice that is best over all at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from fiber_pipeline.readers.columns.evidence import Evidence, measure
from fiber_pipeline.readers.columns.names import CONTAINS, NEARLY, asks, is_company, is_untold, strength
from fiber_pipeline.readers.sheet import Cell
from fiber_pipeline.readers.values.rating_scales import scale_of_header

Role = Literal["comment", "nps", "nps_group", "rating", "date", "customer"]
ROLES: tuple[Role, ...] = ("comment", "nps", "nps_group", "rating", "date", "customer")

# Scores below which a column does not have a role, and margins to the next column under which the choice is doubtful.
_LEAST = {"comment": 1.0, "nps": 2.0, "nps_group": 1.0, "rating": 2.0, "date": 2.0, "customer": 1.0}
_MARGIN = 0.75
_SURE = {"comment": 2.2, "nps": 3.0, "nps_group": 1.0, "rating": 3.0, "date": 2.5, "customer": 1.0}
# What a column needs to be a further open question, beside the one that was chosen.
_FURTHER = 2.4
_FURTHER_ASKED = 1.8
# Columns that are weighed for a role against each other: a worse one would win only if all these played other roles.
_CONSIDERED = 4
# Rows in which two columns of dates are compared; rows from which on scores that are all the same are none.
_COMPARED = 1_000
_CONSTANT = 4


@dataclass(frozen=True)
class Choice:
    """Why a column has its role.

    score: what name and content add up to. reasons: in words. runner_up: the next best column, and its score.
    doubt: why a person should look, None where nothing speaks against the choice.
    """

    role: Role
    column: int
    score: float
    reasons: tuple[str, ...]
    runner_up: tuple[int, float] | None = None
    doubt: str | None = None


@dataclass(frozen=True)
class Recognition:
    """The columns of a table by role, by position.

    answers: the open questions, in the order of columns, the comment's own among them. doubts: what a person should
    know of columns that have no role.
    """

    choices: tuple[Choice, ...] = ()
    answers: tuple[int, ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def roles(self) -> dict[Role, int]:
        """The column of each role that has one."""
        return {choice.role: choice.column for choice in self.choices}


@dataclass(frozen=True)
class _Column:
    name: str
    held: Evidence
    untold: bool
    alone: bool

    def says(self, kind: str) -> float:
        return strength(self.name, kind)


class _Score:
    """A sum of evidence that remembers what it was made of."""

    def __init__(self) -> None:
        self.total = 0.0
        self.parts: list[tuple[float, str]] = []

    def add(self, weight: float, reason: str) -> None:
        if abs(weight) >= 0.05:
            self.total += weight
            self.parts.append((weight, reason))

    def reasons(self) -> tuple[str, ...]:
        """What spoke for it, the most telling first, then what spoke against it."""
        told = sorted(self.parts, key=lambda part: -part[0])
        return tuple(reason if weight > 0 else f"but {reason}" for weight, reason in told)


def recognise(header: Sequence[str], columns: Sequence[Sequence[Cell]], has_header: bool) -> Recognition:
    """Choose the columns of a table.

    header: names by position. columns: their cells, a sample of the rows. has_header: whether the names are the
    file's own. A name proposes and the content decides: "Nota" full of texts is a comment column, "Comentario" full
    of numbers is not. Scores are told by content alone only under a name that says nothing.
    """
    told = [
        _Column(name if has_header else "", measure(cells), not has_header or is_untold(name), len(columns) == 1)
        for name, cells in zip(header, columns, strict=True)
    ]
    scored = {role: {index: score(column) for index, column in enumerate(told)} for role, score in _SCORERS.items()}
    eligible = {
        role: sorted(
            ((found.total, index) for index, found in scores.items() if found.total >= _LEAST[role]),
            key=lambda candidate: (-candidate[0], candidate[1]),
        )
        for role, scores in scored.items()
    }
    chosen = _best(eligible)
    choices = []
    for role, index in chosen.items():
        others = [(other, total) for total, other in eligible[role] if other != index and other not in chosen.values()]
        runner_up = others[0] if others else None
        score = scored[role][index]
        doubt = _doubt(role, score.total, runner_up, told)
        if runner_up is not None and role == "date" and _same_days(columns[index], columns[runner_up[0]]):
            doubt = None
        choices.append(Choice(role, index, score.total, score.reasons(), runner_up, doubt))
    answers = _open_questions(told, chosen, scored["comment"])
    return Recognition(
        tuple(_without_doubt(choice, answers) for choice in choices), answers, tuple(_unread(told, chosen))
    )


def _best(eligible: Mapping[Role, Sequence[tuple[float, int]]]) -> dict[Role, int]:
    """The choice of at most one column a role, and one role a column, whose scores add up to the most."""
    roles = [role for role in ROLES if eligible[role]]

    def choose(place: int, taken: frozenset[int]) -> tuple[float, dict[Role, int]]:
        if place == len(roles):
            return 0.0, {}
        role = roles[place]
        best: tuple[float, dict[Role, int]] = (0.0, {})
        for score, index in eligible[role][:_CONSIDERED]:
            if index not in taken:
                total, rest = choose(place + 1, taken | {index})
                if total + score > best[0] + 1e-9:
                    best = total + score, {role: index, **rest}
        # Of two choices as good as each other, the role that stands first in the list has a column.
        without = choose(place + 1, taken)
        return without if without[0] > best[0] + 1e-9 else best

    return choose(0, frozenset())[1]


def _comment(column: _Column) -> _Score:
    score, held = _Score(), column.held
    named = column.says("comment")
    if held.is_likert and named < NEARLY:
        return score
    if not held.count:
        score.add(_LEAST["comment"] if named >= NEARLY else 0.0, f"named {column.name!r}, and blank")
        return score
    if held.text < (0.3 if named else 0.5):
        # Answers such as "10" or "." are few in a comment column; where they are most, it is another column.
        return score
    if column.alone:
        score.add(3.0, "the only column")
    score.add(named, f"named {column.name!r}")
    if asks(column.name) and not column.untold:
        score.add(1.0, "the header is a question")
    score.add(2.0 * held.speech * held.text, f"{held.speech:.0%} of its texts read like speech")
    score.add(0.8 * min(held.words, 6) / 6, f"{held.words:.1f} words a text")
    score.add(0.3 * min(held.spread, 1.0), "texts of different length")
    score.add(0.5 * held.fill, f"filled in {held.fill:.0%} of the rows")
    score.add(0.5 * held.distinct, f"{held.distinct:.0%} different texts")
    score.add(-2.5 * held.chosen * (1 - 0.7 * held.speech), "its texts come from a short list")
    score.add(-3.0 * held.company, "its texts are the company's or an agent's")
    score.add(-2.0 * held.addresses, "its texts are addresses")
    score.add(-1.2 * held.names, "its texts are names")
    if is_company(column.name):
        score.add(-5.0, "the header names the company's or an agent's words")
    by_other = max(column.says("other"), column.says("measure"), column.says("customer"))
    if by_other > named or by_other >= NEARLY > named:
        score.add(-1.2 * by_other, "the header names something else")
    if (category := column.says("category")) and category >= named:
        score.add(-1.0 * category, "the header names a category")
    if column.says("date") >= NEARLY > named:
        score.add(-4.0, "the header names a date")
    if column.says("further"):
        score.add(-1.0, "the header asks what else there is")
    return score


def _nps(column: _Column) -> _Score:
    held = column.held
    named = column.says("nps")
    if not named and column.says("rating") >= NEARLY:
        return _Score()
    return _scored(
        column, "nps", named, max(held.nps + 0.9 * held.group, held.number if named >= CONTAINS else 0.0), 5.0
    )


def _rating(column: _Column) -> _Score:
    held = column.held
    named = column.says("rating")
    if scale_of_header(column.name) and not column.says("nps"):
        named = max(named, CONTAINS)
    share = max(held.rating, float(held.is_likert), held.number if named >= CONTAINS else 0.0)
    return _scored(column, "rating", named, share, 1.0)


def _scored(column: _Column, role: Role, named: float, share: float, reaches: float) -> _Score:
    score, held = _Score(), column.held
    if not held.count:
        score.add(_LEAST[role] if named >= NEARLY else 0.0, f"named {column.name!r}, and blank")
        return score
    if share < 0.5:
        return score
    if not named and not (column.untold and share >= 0.9 and held.count >= 3 and held.high > reaches):
        return score
    if not named and (held.is_sequence or held.low < 0 or (not held.whole and not held.rating)):
        return score
    score.add(named, f"named {column.name!r}")
    score.add(2.0 * share, f"{share:.0%} of its cells read as {'answers from 0 to 10' if role == 'nps' else 'ratings'}")
    if not named:
        score.add(0.5 if role == "nps" else 0.2, "the header says nothing")
    if column.says("foreign_score"):
        score.add(-4.0, "the header names a score of something else")
    if column.says("comment") >= CONTAINS and named < NEARLY:
        score.add(-2.0, "the header names reasons")
    if held.low == held.high and held.count >= _CONSTANT and held.number > 0:
        score.add(-1.5, "all its cells are the same")
    if held.is_sequence and held.count > 3:
        score.add(-3.0, "its numbers count the rows")
    other = max(column.says(kind) for kind in ("measure", "other", "category", "other_date"))
    if other > named or other >= NEARLY:
        score.add(-1.5 * other, "the header names something else")
    if is_company(column.name) and named < NEARLY:
        score.add(-1.0, "the header names the company or its people")
    return score


def _nps_group(column: _Column) -> _Score:
    score, held = _Score(), column.held
    if held.group >= 0.8:
        score.add(held.group, f"{held.group:.0%} of its cells name promoters, passives or detractors")
        score.add(0.5 * column.says("nps"), f"named {column.name!r}")
    return score


def _date(column: _Column) -> _Score:
    score, held = _Score(), column.held
    named = column.says("date")
    if not held.count:
        score.add(_LEAST["date"] if named >= NEARLY else 0.0, f"named {column.name!r}, and blank")
        return score
    share = held.moment if named else held.date
    if share < (0.3 if named else 0.9):
        return score
    score.add(named, f"named {column.name!r}")
    score.add(3.0 * share, f"{share:.0%} of its cells read as dates")
    if column.says("spoken_date"):
        score.add(0.5, "the header names when people answered")
    if (other := column.says("other_date")) and not column.says("spoken_date"):
        score.add(-1.6 * other, "the header names another moment")
    if is_company(column.name):
        score.add(-3.0, "the header names the company's or an agent's words")
    return score


def _customer(column: _Column) -> _Score:
    score, held = _Score(), column.held
    named = column.says("customer")
    if not named or (not held.count and named < NEARLY) or is_company(column.name):
        return score
    score.add(named, f"named {column.name!r}")
    score.add(-2.0 * held.speech * held.text, "its texts read like speech")
    return score


_SCORERS: Mapping[Role, Callable[[_Column], _Score]] = {
    "comment": _comment,
    "nps": _nps,
    "nps_group": _nps_group,
    "rating": _rating,
    "date": _date,
    "customer": _customer,
}


def _open_questions(
    told: Sequence[_Column], chosen: Mapping[Role, int], scores: Mapping[int, _Score]
) -> tuple[int, ...]:
    """The comment's column and every other that people answered in their own words."""
    if "comment" not in chosen:
        return ()
    taken = set(chosen.values()) - {chosen["comment"]}
    further = {
        index
        for index, score in scores.items()
        if index not in taken
        and score.total >= (_FURTHER_ASKED if asks(told[index].name) else _FURTHER)
        and told[index].held.count
        and told[index].held.chosen < 0.5
        and (told[index].says("comment") >= CONTAINS or asks(told[index].name) or _speaks(told[index]))
    }
    return tuple(sorted(further | {chosen["comment"]}))


def _speaks(column: _Column) -> bool:
    """Whether texts under a header that names nothing else were said by people."""
    elsewhere = ("other", "measure", "category", "customer", "date")
    return column.untold or (column.held.speech >= 0.3 and not any(column.says(kind) for kind in elsewhere))


def _doubt(role: Role, score: float, runner_up: tuple[int, float] | None, told: Sequence[_Column]) -> str | None:
    if runner_up is not None and score - runner_up[1] < _MARGIN:
        other = told[runner_up[0]].name or f"column {runner_up[0] + 1}"
        return f"{other!r} is nearly as likely"
    if score < _SURE[role]:
        return "little speaks for it"
    return None


def _same_days(cells: Sequence[Cell], others: Sequence[Cell]) -> bool:
    """Whether two columns of dates say the same day in nearly every row, as the start and end of a survey do."""
    pairs = [(str(one)[:10], str(other)[:10]) for one, other in zip(cells[:_COMPARED], others, strict=False)]
    return sum(one == other for one, other in pairs) >= 0.9 * len(pairs)


def _without_doubt(choice: Choice, answers: Sequence[int]) -> Choice:
    """A comment column that is nearly as likely as another raises no doubt where both are read."""
    if choice.role == "comment" and choice.doubt and choice.runner_up and choice.runner_up[0] in answers:
        return replace(choice, doubt=None)
    return choice


def _unread(told: Sequence[_Column], chosen: Mapping[Role, int]) -> list[str]:
    """Columns named for a date or a score whose cells are none."""
    doubts = []
    for index, column in enumerate(told):
        if index in chosen.values() or not column.held.count or column.untold:
            continue
        for role, share in (("date", column.held.moment), ("nps", column.held.nps), ("rating", column.held.rating)):
            if role not in chosen and column.says(role) >= NEARLY and share < 0.5:
                doubts.append(f"{column.name!r} is named for a {role}, but only {share:.0%} of its cells read as one")
                break
    return doubts
