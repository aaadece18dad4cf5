"""What a column holds, measured on its cells: how much of it reads as what, and whether people wrote it."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from fiber_pipeline.readers.sheet import Cell, is_blank
from fiber_pipeline.readers.values.dates import DateOrder, detect_order, read_date
from fiber_pipeline.readers.values.likert import likert_steps
from fiber_pipeline.readers.values.null_marks import is_null_mark
from fiber_pipeline.readers.values.relative_dates import is_relative_date
from fiber_pipeline.readers.values.scores import read_nps, read_number, read_rating
from fiber_pipeline.readers.word_file import read_words
from fiber_pipeline.text import fold, unstretch

SAMPLED = 4_000
"""Cells of a column that are looked at, evenly spread."""

_WORD = re.compile(r"[^\W\d_]+")
_CODE = re.compile(r"\S*\d\S*|\S+@\S+|https?://\S+")
_EMOJI = re.compile("[\u2639-\u263b\u2764\U0001f300-\U0001faff]")
_NAME = re.compile(r"(?:[A-ZÁÉÍÓÚÑ][\w'’.]*)(?:\s+(?:(?:de|del|la|los|da|do|y)\s+)*[A-ZÁÉÍÓÚÑ][\w'’.]*){1,4}")
# A text of so many words hardly comes twice unless somebody chose it from a list.
_CHOSEN_WORDS = 3
_LIST_ROWS, _LIST_VALUES = 20, 15


@dataclass(frozen=True)
class Evidence:
    """What a column holds. Shares are of its cells that are not blank, from 0 to 1.

    count: how many those are. fill: their share of all rows.
    text: neither number, date, group of NPS, code nor link; what follows is of these texts. words: words a text, on
    average. spread: standard deviation of their lengths over the mean. distinct: different texts to all. chosen: how
    much they look like choices from a list. speech, company, addresses, names: shares that read as such.
    moment: dates, and numbers that may stand for one (serials, seconds since 1970).
    low, high: of numbers. whole: of numbers, how many are whole. is_sequence: numbers that count rows.
    is_likert: made of one set of answers in words.
    """

    count: int = 0
    fill: float = 0.0
    text: float = 0.0
    number: float = 0.0
    whole: float = 0.0
    date: float = 0.0
    moment: float = 0.0
    nps: float = 0.0
    group: float = 0.0
    rating: float = 0.0
    words: float = 0.0
    spread: float = 0.0
    distinct: float = 0.0
    chosen: float = 0.0
    speech: float = 0.0
    company: float = 0.0
    addresses: float = 0.0
    names: float = 0.0
    low: float = 0.0
    high: float = 0.0
    is_sequence: bool = False
    is_likert: bool = False


class _Speech(NamedTuple):
    spoken: frozenset[str]
    addresses: frozenset[str]
    company: re.Pattern[str]


@cache
def _speech() -> _Speech:
    document = read_words(__package__, "speech.yaml")
    spoken = {fold(word) for words in document["clausal"].values() for word in words}
    return _Speech(
        frozenset(spoken | {fold(word) for word in document["judgements"]}),
        frozenset(document["addresses"]),
        re.compile("|".join(document["company"])),
    )


def measure(cells: Sequence[Cell]) -> Evidence:
    """Measure a column on a sample of its cells that are neither blank nor a mark of nothing."""
    filled = [cell for cell in cells if not is_blank(cell)]
    sample = filled[:: len(filled) // SAMPLED] if len(filled) > SAMPLED else filled
    held = [cell for cell in sample if not is_null_mark(cell)]
    if not held:
        return Evidence()
    fill = len(filled) / len(cells) * len(held) / len(sample)
    count = len(held)
    order = detect_order(held)
    # By type, since True, 1 and 1.0 are equal; each value is read once, however often it stands there.
    counts = Counter((type(cell), cell) for cell in held)
    read = {value: _read(value[1], order) for value in counts}
    shares = {
        kind: sum(counts[value] for value, kinds in read.items() if kinds[place]) / count
        for place, kind in enumerate(_Kinds._fields)
    }
    texts = {
        value[1]: times
        for value, times in counts.items()
        if isinstance(value[1], str) and _is_text(value[1], read[value])
    }
    numbers = [found for cell in held if (found := read_number(cell)) is not None]
    return Evidence(
        count=count,
        fill=fill,
        text=sum(texts.values()) / count,
        whole=sum(found.is_integer() for found in numbers) / len(numbers) if numbers else 0.0,
        low=min(numbers, default=0.0),
        high=max(numbers, default=0.0),
        is_sequence=_is_sequence(numbers),
        is_likert=likert_steps(held) is not None,
        **shares,
        **_of_texts(texts),
    )


class _Kinds(NamedTuple):
    """What a cell can be read as."""

    date: bool
    moment: bool
    number: bool
    nps: bool
    group: bool
    rating: bool


def _read(cell: Cell, order: DateOrder) -> _Kinds:
    is_moment = read_date(cell, order) is not None
    is_date = isinstance(cell, dt.date) or (isinstance(cell, str) and is_moment)
    answer = read_nps(cell)
    is_group = answer is not None and answer.score is None
    is_nps = answer is not None and not is_group
    return _Kinds(is_date, is_moment, read_number(cell) is not None, is_nps, is_group, read_rating(cell) is not None)


def _is_text(cell: str, kinds: _Kinds) -> bool:
    other = kinds.date or kinds.number or kinds.nps or kinds.group or kinds.rating or is_relative_date(cell)
    return not other and _CODE.fullmatch(cell.strip()) is None


def _of_texts(texts: Mapping[str, int]) -> dict[str, float]:
    """What texts are like, by how often each occurs."""
    total = sum(texts.values())
    if not total:
        return {}
    marks = _speech()
    lengths = words = words_total = 0.0
    squares = speech = company = addresses = names = repeated = long = 0.0
    distinct: set[str] = set()
    for text, times in texts.items():
        folded = fold(unstretch(text))
        found = _WORD.findall(folded)
        distinct.add(folded)
        words_total += times * len(found)
        lengths += times * len(text)
        squares += times * len(text) ** 2
        spoken = sum(word in marks.spoken for word in found)
        speech += times * (spoken > 0 or _EMOJI.search(text) is not None)
        company += times * (marks.company.search(folded) is not None)
        street = sum(word in marks.addresses for word in found)
        addresses += times * (street > 0 and any(character.isdecimal() for character in text) and street >= spoken)
        names += times * (spoken == 0 and _NAME.fullmatch(text.strip()) is not None)
        if len(found) >= _CHOSEN_WORDS:
            long += times
            repeated += times * (times > 1)
    words = words_total / total
    mean = lengths / total
    variance = max(squares / total - mean * mean, 0.0)
    return {
        "words": words,
        "spread": variance**0.5 / mean if mean else 0.0,
        "distinct": len(distinct) / total,
        "chosen": _chosen(len(distinct), total, repeated, long),
        "speech": speech / total,
        "company": company / total,
        "addresses": addresses / total,
        "names": names / total,
    }


def _chosen(distinct: int, total: float, repeated: float, long: float) -> float:
    """How far texts look chosen from a list: long ones that come again, or few different ones for many rows."""
    again = repeated / long if long >= 0.5 * total else 0.0
    few = 1.0 if total >= _LIST_ROWS and distinct <= min(_LIST_VALUES, total / 5) else 0.0
    return max(again, few)


def _is_sequence(numbers: Sequence[float]) -> bool:
    """Whether whole numbers go up, or down, by one from row to row; a few may be missing."""
    if len(numbers) < 3 or not all(number.is_integer() for number in numbers):
        return False
    if len(set(numbers)) < 0.9 * len(numbers):
        return False
    steps = [second - first for first, second in pairwise(numbers)]
    return max(steps.count(1.0), steps.count(-1.0)) >= 0.8 * len(steps)
