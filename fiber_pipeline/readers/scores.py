"""NPS answers and ratings as surveys export them, read as numbers."""

import math
import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

from fiber_pipeline.text import fold

RatingScale = Literal["0-10", "1-5"]

_NUMBER = re.compile(r"[+-]?\d{1,6}(?:[.,]\d+)?")
_OUT_OF = re.compile(
    r"([+-]?\d{1,6}(?:[.,]\d+)?)\s*(?:/|de|sobre|out of|of)\s*(\d{1,3})(?:\s+(?:estrellas?|stars?|puntos?|points?))?"
)
_LABELLED = re.compile(r"(\d{1,2})\s*(?:[-–—:=.)(]\s*[^\W\d].*|\s[^\W\d]+(?:\s[^\W\d]+)?)", re.S)
_LABEL_FIRST = re.compile(r"[^\W\d][^\d]*[(:\-–—]\s*(\d{1,2})\s*\)?", re.S)
_STARS = re.compile(r"([+-]?\d(?:[.,]\d+)?)\s*(?:estrellas?|stars?|\*|⭐|★)")
_FULL_STARS, _EMPTY_STARS = "★⭐🌟", "☆✩"
_STAR_ROW = re.compile(rf"[{_FULL_STARS}]*[{_EMPTY_STARS}]*")
_GROUPS = {
    "promotor": "promoter", "promotora": "promoter", "promotores": "promoter",
    "promoter": "promoter", "promoters": "promoter",
    "pasivo": "passive", "pasiva": "passive", "pasivos": "passive", "neutro": "passive", "neutral": "passive",
    "passive": "passive", "passives": "passive", "indiferente": "passive",
    "detractor": "detractor", "detractora": "detractor", "detractores": "detractor", "detractors": "detractor",
}  # fmt: skip


class NpsAnswer(NamedTuple):
    """An NPS answer: its score and group, either of which may be unknown."""

    score: int | None
    group: str | None


class Rating(NamedTuple):
    """A rating and the scale it states itself ("4/5", "★★★★☆"); None where the column must tell."""

    value: float
    scale: RatingScale | None


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
    """Read 0-10, "9/10", "10 - Muy probable", "Muy probable (10)" or a group's name; None if it is none of these."""
    number = read_number(value)
    if number is None and isinstance(value, str):
        text = fold(value.strip())
        group = _GROUPS.get(text.rstrip("."))
        if group:
            return NpsAnswer(None, group)
        match = _OUT_OF.fullmatch(text)
        if match:
            number = float(match[1].replace(",", ".")) if match[2] == "10" else None
        else:
            labelled = _LABELLED.fullmatch(text) or _LABEL_FIRST.fullmatch(text)
            number = float(labelled[1]) if labelled and len(text) <= 60 else None
    if number is None or number != int(number) or not 0 <= number <= 10:
        return None
    return NpsAnswer(int(number), nps_group(int(number)))


def read_rating(value: object) -> Rating | None:
    """Read a number, "4/5", "8 sobre 10", "4 estrellas", "★★★★☆" or "4 - Bueno"; None if it is none from 0 to 10."""
    number = read_number(value)
    scale: RatingScale | None = None
    if number is None and isinstance(value, str):
        text = value.strip().replace("\ufe0f", "")
        if text and _STAR_ROW.fullmatch(text):
            full = sum(text.count(star) for star in _FULL_STARS)
            return Rating(float(full), "1-5") if 1 <= full <= 5 and len(text) <= 5 else None
        folded = fold(text)
        out_of, stars = _OUT_OF.fullmatch(folded), _STARS.fullmatch(folded)
        if out_of:
            number = float(out_of[1].replace(",", "."))
            scale = {"5": "1-5", "10": "0-10"}.get(out_of[2])  # type: ignore[assignment]
            if scale is None:
                return None
        elif stars:
            number, scale = float(stars[1].replace(",", ".")), "1-5"
        else:
            labelled = _LABELLED.fullmatch(folded) or _LABEL_FIRST.fullmatch(folded)
            number = float(labelled[1]) if labelled and len(folded) <= 60 else None
    if number is None or not fits(number, scale or "0-10"):
        return None
    return Rating(number, scale)


def fits(number: float, scale: RatingScale) -> bool:
    """Whether a number lies on a scale."""
    return 0 <= number <= 10 if scale == "0-10" else 1 <= number <= 5


def decide_scale(ratings: Iterable[Rating]) -> RatingScale:
    """The scale of a column's ratings.

    What most ratings state themselves; else 1-5 if 95 % of them lie from 1 to 5, else 0-10. A column of a 0-10
    scale on which hardly anyone gives 0 or more than 5 does not occur; a 1-5 scale with a few typing errors does.
    """
    stated = {"1-5": 0, "0-10": 0}
    count = inside = 0
    for rating in ratings:
        if rating.scale:
            stated[rating.scale] += 1
        count += 1
        inside += 1 <= rating.value <= 5
    if any(stated.values()):
        return "1-5" if stated["1-5"] >= stated["0-10"] else "0-10"
    return "1-5" if count and inside >= 0.95 * count else "0-10"
