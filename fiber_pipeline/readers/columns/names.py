"""What a header says: which role its words point to, whether somebody else speaks, what else it names."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from rapidfuzz import fuzz

from fiber_pipeline.readers.values.mojibake import repair_mojibake
from fiber_pipeline.readers.word_file import read_words
from fiber_pipeline.text import fold

EXACT, NEARLY, CONTAINS = 3.0, 2.5, 1.5
_WEAK = 1.0
_NEARLY_RATIO = 90
_LONGEST = 300
_LEAST_ALIKE = 5
# Headers are few, but rows that may be one are asked about, too.
_CACHED = 8_192
_WORD = re.compile(r"[^\W_º]+[.°º]?")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
# A full stop between two names, as JSON is flattened ("review.text"); one at a sentence's end is followed by a space.
_STEP = re.compile(r"(?<=[^\s.\d])\.(?=[^\s.])|(?<=\d)\.(?=[^\s.\d])")
# "G01Q02. ¿…?", "P3) …", "3.- …": the number of a question in front of the question.
_NUMBERED = re.compile(r"\s*(?:[A-Za-z]{0,3}\d{1,3}[A-Za-z]{0,2}\d{0,3})\s*[.):_-]+\s*(?=[^\W\d_]{2,}|¿)")
_ASIDE = re.compile(r"\s*[(\[{][^)\]}]*[)\]}]\s*")
# What programs note down for themselves ("_score", "__v", "@type").
_MARKS = frozenset("_@$")
_TECHNICAL = re.compile(r"[_@$][\w@$]+")
_UNTOLD = re.compile(
    r"(?:(?:p|q|v|x|g|col|column|columna|preg|pregunta|question|item|campo|field|unnamed|var|variable)\s*)?"
    r"[\d\s]*[a-z]?(?:\s*text)?|[a-z]"
)
ROLE_NAMES = ("comment", "nps", "rating", "date", "customer")


@dataclass(frozen=True)
class _Names:
    exact: frozenset[str]
    weak: frozenset[str]
    contains: re.Pattern[str]
    by_length: Mapping[int, Sequence[str]]


def _document() -> Mapping[str, Any]:
    return read_words(__package__, "names.yaml")


@cache
def _known_names() -> Mapping[str, _Names]:
    return {kind: _names_of(**names) for kind, names in _document()["kinds"].items()}


def _names_of(contains: Sequence[str], exact: Sequence[str] = (), weak: Sequence[str] = ()) -> _Names:
    by_length: dict[int, list[str]] = {}
    for name in exact:
        by_length.setdefault(len(name), []).append(name)
    return _Names(frozenset(exact), frozenset(weak), _any_of(contains), by_length)


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    listed = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    return re.compile(rf"\b(?:{listed})\b" if listed else r"(?!)")


@lru_cache(_CACHED)
def plain_name(header: str) -> str:
    """A header as names are compared: "customerId", "Customer-ID" and "Nro. de Cliente" in plain words, spelt out."""
    (repaired,) = repair_mojibake([header])
    spelt = _CAMEL.sub(" ", (repaired or "").replace("#", " numero ").replace("%", " porcentaje "))
    return " ".join(_in_full(word) for word in _WORD.findall(fold(spelt)))


def _in_full(word: str) -> str:
    """A word of a header without what follows it, spelt out."""
    plain = word.rstrip(".°º")
    full = _document()["abbreviations"].get(plain)
    if full is None and plain != word:
        full = _document()["dotted"].get(plain)
    return plain if full is None else str(full)


@lru_cache(_CACHED)
def _forms(header: str) -> tuple[str, ...]:
    """A header's names, the most telling first: without number and asides, as its path ends, and as it stands."""
    header = header[:_LONGEST]
    steps = _STEP.split(header)
    last = steps[-1]
    generic = _document()["generic"]
    while len(steps) > 1 and plain_name(steps[-1]) in generic:
        steps.pop()
    leaf = _NUMBERED.sub("", steps[-1], count=1)
    forms = (_ASIDE.sub(" ", leaf), leaf, " ".join(steps[-2:]), last, header)
    return tuple(dict.fromkeys(filter(None, map(plain_name, forms))))


@lru_cache(_CACHED)
def strength(header: str, kind: str) -> float:
    """How strongly a header says that its column is of a kind, from 0 to 3. Kinds are those of `names.yaml`."""
    names = _known_names()[kind]
    if (whole := _as_whole(header, kind)) or _is_technical(header):
        return whole
    if any(names.contains.search(form) for form in _forms(header)):
        return CONTAINS
    return _WEAK if any(form in names.weak for form in _forms(header)) else 0.0


@lru_cache(_CACHED)
def _as_whole(header: str, kind: str) -> float:
    """How strongly a header says so as a whole: letter by letter, nearly, or not at all."""
    if _is_technical(header):
        return EXACT if kind == "measure" else 0.0
    names, forms = _known_names()[kind], _forms(header)
    if not names.exact.isdisjoint(forms):
        return EXACT
    return NEARLY if any(_alike(form, names.by_length) for form in forms) else 0.0


def _is_technical(header: str) -> bool:
    return not _MARKS.isdisjoint(header) and _TECHNICAL.fullmatch(_STEP.split(header)[-1]) is not None


def _alike(name: str, by_length: Mapping[int, Sequence[str]]) -> bool:
    """Whether a name is one of those listed but for a slip of the pen. Short ones are too easily another word."""
    return len(name) >= _LEAST_ALIKE and any(
        fuzz.ratio(name, known) >= _NEARLY_RATIO
        for length in range(max(_LEAST_ALIKE, len(name) - 2), len(name) + 3)
        for known in by_length.get(length, ())
    )


@lru_cache(_CACHED)
def asks(header: str) -> bool:
    """Whether a header is a question or an invitation that people answer in their own words."""
    plain = plain_name(header)
    return "?" in header or bool(_any_question().search(plain))


@cache
def _any_question() -> re.Pattern[str]:
    return _any_of(_document()["invitations"])


def is_company(header: str) -> bool:
    """Whether what stands under a header was said by the company or its people, anywhere along its path."""
    return strength(header, "company") > 0


def is_untold(header: str) -> bool:
    """Whether a header says nothing of what stands under it: "P1", "Q2_TEXT", "column 3"."""
    return bool(_UNTOLD.fullmatch(plain_name(header)))


def is_known_name(header: str) -> bool:
    """Whether a header is, nearly letter by letter, a name that some role goes by."""
    return any(_as_whole(header, role) for role in ROLE_NAMES)


def is_other_name(header: str) -> bool:
    """Whether a header is a name that says little ("Respuesta"), or that columns without a role go by ("Ciudad")."""
    others = any(_as_whole(header, kind) for kind in ("other", "category", "measure", "company"))
    return others or any(form in _known_names()["comment"].weak for form in _forms(header))


def hints_at_role(header: str) -> bool:
    """Whether a header holds words that point to a role."""
    return any(strength(header, role) >= CONTAINS for role in ROLE_NAMES) or asks(header)


@cache
def whole_names() -> frozenset[str]:
    """Every whole name of any kind, as names are compared, and those that are cut short."""
    exact = frozenset().union(*(names.exact for names in _known_names().values()))
    return exact | frozenset(_document()["abbreviations"])


@lru_cache(_CACHED)
def is_subheader(text: str, *, alone: bool = False) -> bool:
    """Whether a text under a question says how it is answered ("Open-Ended Response", "Nada probable - 0").

    alone: only those that add nothing to the question's name.
    """
    plain = plain_name(text)
    forms = _document()["subheaders"]
    return plain in forms["alone"] or (not alone and plain in forms["ends"])
