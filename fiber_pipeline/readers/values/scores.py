"""NPS answers and ratings as surveys export them, read as numbers."""

import math
import re
from functools import cache
from typing import Literal, NamedTuple

from fiber_pipeline.readers.values.likert import likert_answers, score_words
from fiber_pipeline.tables.vocabulary import RATING_SCALES
from fiber_pipeline.text import fold

RatingScale = Literal["0-10", "1-10", "1-5", "0-5", "1-4", "1-7", "0-100"]

_NUMBER = re.compile(r"[+-]?\d{1,6}(?:[.,]\d+)?")
_OUT_OF = re.compile(
    r"([+-]?\d{1,6}(?:[.,]\d+)?)\s*\(?(?:/|de|sobre|out of|of)\s*(\d{1,3})(?:[.,]0)?\)?"
    r"(?:\s+(?:estrellas?|stars?|puntos?|points?|pts))?"
)
_SCALE_OUT_OF: dict[str, RatingScale] = {"4": "1-4", "5": "1-5", "7": "1-7", "10": "0-10", "100": "0-100"}
_PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d+)?)\s*%")
# "10 - Muy probable" may hold any label; "10 Muy probable" and "1. Muy buena" only one that is known to be a label.
_LABELLED = re.compile(r"(\d{1,2})(?:\s*[-–—:=(]\s*(?P<any>[^\W\d].*)|\s*[.)]?\s+(?P<known>[^\W\d].*))", re.S)
_LABEL_FIRST = re.compile(r"([^\W\d][^\d]*)[(:\-–—]\s*(\d{1,2})\s*\)?", re.S)
_LABEL_WORDS = 6
_LABEL_CHARACTERS = 60
_STARS = re.compile(r"([+-]?\d(?:[.,]\d+)?|[a-z]+)[\s_-]*(?:estrellas?|stars?|estrelas?|\*|⭐|★)")
_FULL_STARS, _EMPTY_STARS = "★⭐🌟", "☆✩"
_STAR_ROW = re.compile(rf"[{_FULL_STARS}]*[{_EMPTY_STARS}]*")
_RANGE = re.compile(r"\s*[(\[:-]?\s*\d{1,2}\s*(?:-|–|—|a|al|y|e|to|/)\s*\d{1,2}\s*[)\]:-]?\s*")


class NpsAnswer(NamedTuple):
    """An NPS answer: its score and group, either of which may be unknown."""

    score: int | None
    group: str | None


class Rating(NamedTuple):
    """A rating and the scale it states itself ("4/5", "★★★★☆"); None where the column must tell."""

    value: float
    scale: RatingScale | None


@cache
def _groups() -> dict[str, str]:
    return {word: group for group, words in score_words()["groups"].items() for word in words}


@cache
def _number_words() -> dict[str, int]:
    return {word: number for number, words in enumerate(score_words()["numbers"]) for word in words}


@cache
def _labels() -> frozenset[str]:
    return frozenset(score_words()["labels"]) | likert_answers() | frozenset(_groups())


def nps_group(score: int) -> str:
    """Promoter (9-10), passive (7-8) or detractor (0-6), as Reichheld, "The One Number You Need to Grow" (2003)."""
    return "promoter" if score >= 9 else "passive" if score >= 7 else "detractor"


def read_number(value: object) -> float | None:
    """A finite number, or a text that is one, with a decimal point or comma; None otherwise."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return float(value.strip().replace(",", "."))
    return None


def read_nps(value: object) -> NpsAnswer | None:
    """Read 0-10, "9/10", "10 - Muy probable", "Muy probable (10)", "diez" or a group; None if it is none of these."""
    number = read_number(value)
    if number is None and isinstance(value, str) and len(value) <= _LABEL_CHARACTERS:
        text = fold(value.strip())
        group = _groups().get(_RANGE.sub("", text).rstrip("."))
        if group:
            return NpsAnswer(None, group)
        match = _OUT_OF.fullmatch(text)
        if match:
            number = float(match[1].replace(",", ".")) if match[2] == "10" else None
        else:
            number = _number_words().get(text, _labelled(text))
    if number is None or number != int(number) or not 0 <= number <= 10:
        return None
    return NpsAnswer(int(number), nps_group(int(number)))


def read_rating(value: object, scale: RatingScale | None = None) -> Rating | None:
    """Read a number, "4/5", "8 sobre 10", "85 %", "4 estrellas", "FIVE", "★★★★☆" or "4 - Bueno"; None if it is none.

    A number alone must lie on `scale`, where the column's is known, or else from 0 to 10.
    """
    number = read_number(value)
    own: RatingScale | None = None
    if number is None and isinstance(value, str) and len(value) <= _LABEL_CHARACTERS:
        text = value.strip().replace("\ufe0f", "")
        if text and _STAR_ROW.fullmatch(text):
            full = sum(text.count(star) for star in _FULL_STARS)
            return Rating(float(full), "1-5") if 1 <= full <= 5 and len(text) <= 5 else None
        number, own = _stated(fold(text))
    low, high, *_ = RATING_SCALES[own or scale or "0-10"]
    return Rating(number, own) if number is not None and low <= number <= high else None


def _stated(text: str) -> tuple[float | None, RatingScale | None]:
    """The number that a text states, and its scale if it states that too."""
    out_of, stars, percent = _OUT_OF.fullmatch(text), _STARS.fullmatch(text), _PERCENT.fullmatch(text)
    if out_of:
        scale = _SCALE_OUT_OF.get(out_of[2])
        return (float(out_of[1].replace(",", ".")) if scale else None), scale
    if percent:
        return float(percent[1].replace(",", ".")), "0-100"
    if stars:
        told = stars[1]
        number = _number_words().get(told) if told.isalpha() else float(told.replace(",", "."))
        return number, "1-5"
    return _number_words().get(text, _labelled(text)), None


def _labelled(text: str) -> float | None:
    """The number of "10 - Muy probable" or "Muy probable (10)"; a text that only starts with one is none."""
    match = _LABELLED.fullmatch(text)
    if match:
        label = match["any"] or match["known"]
        known = label.strip(" .)(") in _labels()
        return float(match[1]) if known or (match["any"] and len(label.split()) <= _LABEL_WORDS) else None
    match = _LABEL_FIRST.fullmatch(text)
    return float(match[2]) if match and len(match[1].split()) <= _LABEL_WORDS else None
