"""Which column plays which role: by its name, and by what it holds, which has the last word."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

import yaml
from rapidfuzz import fuzz

from fiber_pipeline.readers.dates import detect_order, read_date
from fiber_pipeline.readers.mojibake import repair_mojibake
from fiber_pipeline.readers.scores import read_nps, read_number, read_rating
from fiber_pipeline.readers.sheet import Cell, is_blank
from fiber_pipeline.text import fold

Role = Literal["comment", "nps", "nps_group", "rating", "date", "customer"]
ROLES: tuple[Role, ...] = ("comment", "nps", "nps_group", "rating", "date", "customer")

_EXACT, _NEARLY, _CONTAINS = 3.0, 2.5, 1.0
_NEARLY_RATIO = 90
_OTHER = "other"
_PROFILED = 4_000
_SEPARATORS = re.compile(r"[\W_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_UNTOLD = re.compile(
    r"(?:(?:p|q|v|col|column|columna|pregunta|question|respuesta|campo|field|unnamed|var)\s*)?\d*|[a-z]"
)
_WORDS = re.compile(r"[^\W\d_]{2,}")
_CODE = re.compile(r"\S*\d\S*|\S+@\S+|https?://\S+")


@dataclass(frozen=True)
class _Names:
    exact: Sequence[str]
    contains: Sequence[re.Pattern[str]]


@cache
def _known_names() -> Mapping[str, _Names]:
    text = resources.files(__package__).joinpath("column_names.yaml").read_text(encoding="utf-8")
    return {
        role: _Names(
            tuple(names["exact"]), tuple(re.compile(rf"\b{re.escape(words)}\b") for words in names["contains"])
        )
        for role, names in yaml.safe_load(text).items()
    }


@cache
def plain_name(header: str) -> str:
    """A header as names are compared: "customerId" and "Customer-ID" become "customer id"."""
    (repaired,) = repair_mojibake([header])
    return _SEPARATORS.sub(" ", fold(_CAMEL.sub(" ", (repaired or "").rsplit(".", 1)[-1]))).strip()


@cache
def name_strength(header: str, role: str) -> float:
    """How strongly a header says that its column plays a role, from 0 to 3."""
    name = plain_name(header)
    if not name or len(name) > 200:
        return 0.0
    names = _known_names()[role]
    if name in names.exact:
        return _EXACT
    if len(name) >= 5 and any(len(known) >= 5 and fuzz.ratio(name, known) >= _NEARLY_RATIO for known in names.exact):
        return _NEARLY
    return _CONTAINS if any(pattern.search(name) for pattern in names.contains) else 0.0


def is_known_name(header: str) -> bool:
    """Whether a header is, nearly letter by letter, a name that some role goes by."""
    return any(name_strength(header, role) >= _NEARLY for role in _known_names() if role != _OTHER)


def is_other_name(header: str) -> bool:
    """Whether a header is a name that columns without a role go by ("Ciudad", "Plan")."""
    return name_strength(header, _OTHER) >= _NEARLY


def hints_at_role(header: str) -> bool:
    """Whether a header holds words that point to a role."""
    return any(name_strength(header, role) > 0 for role in _known_names() if role != _OTHER)


@dataclass(frozen=True)
class Profile:
    """What a column holds: shares, of its cells that are not blank."""

    count: int
    text: float
    number: float
    date: float
    nps: float
    group: float
    rating: float
    words: float
    distinct: float


def profile(cells: Sequence[Cell]) -> Profile:
    """Measure a column on at most 4,000 of its cells that are not blank."""
    held = [cell for cell in cells if not is_blank(cell)]
    if len(held) > _PROFILED:
        held = held[:: len(held) // _PROFILED]
    count = len(held)
    if not count:
        return Profile(0, 0, 0, 0, 0, 0, 0, 0, 0)
    order = detect_order(held)
    text = number = date = nps = group = rating = words = 0
    for cell in held:
        is_date = isinstance(cell, dt.date) or (isinstance(cell, str) and read_date(cell, order) is not None)
        is_number = read_number(cell) is not None
        answer = read_nps(cell)
        score = read_rating(cell)
        is_group = answer is not None and answer.score is None
        date += is_date
        number += is_number
        nps += answer is not None and not is_group
        group += is_group
        rating += score is not None
        if isinstance(cell, str) and not (is_date or is_number or is_group or score or _CODE.fullmatch(cell.strip())):
            found = len(_WORDS.findall(cell))
            words += found
            text += 1
    distinct = len({fold(cell) if isinstance(cell, str) else cell for cell in held}) / count
    return Profile(
        count, text / count, number / count, date / count, nps / count, group / count, rating / count,
        words / count, distinct,
    )  # fmt: skip


def recognise(header: Sequence[str], columns: Sequence[Sequence[Cell]], has_header: bool) -> dict[Role, int]:
    """Return the column of each role that has one, by position.

    A name proposes and the content decides: "Nota" full of texts is a comment column, "Comentario" full of numbers
    is not. Where no name proposes a comment column, the column of the most and most varied words is it. Scores are
    told by content alone only under a name that says nothing ("P1", or no header at all).
    """
    profiles = [profile(column) for column in columns]
    roles: dict[Role, int] = {}

    def choose(role: Role, weights: Sequence[float]) -> None:
        free = [(weight, -index) for index, weight in enumerate(weights) if weight > 0 and index not in roles.values()]
        if free:
            roles[role] = -max(free)[1]

    untold = [not has_header or bool(_UNTOLD.fullmatch(plain_name(name))) for name in header]
    choose("comment", [_comment_weight(name, held) for name, held in zip(header, profiles, strict=True)])
    if len(profiles) == 1 and profiles[0].text >= 0.5:
        roles["comment"] = 0
    choose(
        "nps",
        [
            _name_weight(
                name,
                "nps",
                held,
                max(held.nps + 0.9 * held.group, held.number if name_strength(name, "nps") > 1 else 0),
            )
            for name, held in zip(header, profiles, strict=True)
        ],
    )
    choose(
        "nps_group",
        [
            held.group * (1 + name_strength(name, "nps")) if held.group >= 0.8 else 0.0
            for name, held in zip(header, profiles, strict=True)
        ],
    )
    choose(
        "rating",
        [
            _name_weight(
                name, "rating", held, max(held.rating, held.number if name_strength(name, "rating") > 1 else 0)
            )
            for name, held in zip(header, profiles, strict=True)
        ],
    )
    choose(
        "date",
        [
            held.date + name_strength(name, "date")
            if held.date >= (0.5 if name_strength(name, "date") else 0.9)
            or _holds_serials(name, column)
            or (not held.count and name_strength(name, "date") >= _NEARLY)
            else 0.0
            for name, held, column in zip(header, profiles, columns, strict=True)
        ],
    )
    choose(
        "customer",
        [name_strength(name, "customer") * (held.count > 0) for name, held in zip(header, profiles, strict=True)],
    )
    for role in ("nps", "rating"):
        if role not in roles and not (role == "rating" and "nps" in roles and not has_header):
            choose(
                role,
                [
                    _score_weight(role, held, column) if is_untold else 0.0
                    for is_untold, held, column in zip(untold, profiles, columns, strict=True)
                ],
            )
    return roles


def _comment_weight(name: str, held: Profile) -> float:
    strength = name_strength(name, "comment")
    if not held.count:
        return 0.1 if strength >= _NEARLY else 0.0
    if held.text < (0.3 if strength else 0.5):
        # Answers such as "10" or "." are few in a comment column; where they are most, it is another column.
        return 0.0
    other = max((name_strength(name, role) for role in ("date", "customer", "nps", "rating")), default=0.0)
    fullness = min(held.words, 20) / 20 * (0.3 + 0.7 * held.distinct)
    if strength:
        return 10 * strength + fullness
    if other >= _NEARLY and name_strength(name, "customer") < _NEARLY:
        return 5 + fullness
    # Without a name to go by, names of people, towns and plans must not pass for comments.
    is_other = name_strength(name, "customer") or name_strength(name, "other")
    return fullness if held.words >= 2 and held.distinct >= 0.2 and not is_other else 0.0


def _name_weight(name: str, role: str, held: Profile, share: float) -> float:
    strength = name_strength(name, role)
    if not strength:
        return 0.0
    if not held.count:
        return 0.1 if strength >= _NEARLY else 0.0
    # In "Comentario NPS" or "Nota NPS" the content fits, and the stronger of two names wins.
    return strength + share if share >= 0.5 else 0.0


def _holds_serials(name: str, column: Sequence[Cell]) -> bool:
    if not name_strength(name, "date"):
        return False
    held = [cell for cell in column if not is_blank(cell)][:_PROFILED]
    return bool(held) and sum(read_date(cell) is not None for cell in held) >= 0.5 * len(held)


def _score_weight(role: str, held: Profile, column: Sequence[Cell]) -> float:
    share = held.nps if role == "nps" else held.rating
    if held.count < 3 or share < 0.9:
        return 0.0
    values = [rating.value for cell in column[:_PROFILED] if (rating := read_rating(cell))]
    reaches = max(values, default=0.0)
    if role == "nps":
        return share if reaches > 5 else 0.0
    return share if reaches > 1 else 0.0
