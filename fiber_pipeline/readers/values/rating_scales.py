"""Which scale a column's ratings are on: what its header says, what its cells state, or what they can be."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from fiber_pipeline.readers.sheet import Cell, is_blank
from fiber_pipeline.readers.values.likert import likert_steps
from fiber_pipeline.readers.values.null_marks import is_null_mark
from fiber_pipeline.readers.values.scores import Rating, RatingScale, read_number, read_rating
from fiber_pipeline.tables.vocabulary import RATING_SCALES
from fiber_pipeline.text import fold

_SAMPLED = 4_000
_MOST = 0.95
_ENDS = re.compile(
    r"(?<![\d.,/-])([01])\s*(?:-|–|—|a|al|to|ate|hasta|y|e|and|/)\s*(?:el\s+|o\s+)?(4|5|7|10|100)(?![\d/-])(?![.,]\d)"
)
_ANCHORS = re.compile(
    r"(?<![\d.,])([01])\s*(?:=|:|es|significa|is|means|\()\D{2,60}?(?<![\d.,])(4|5|7|10|100)\s*(?:=|:|es|significa|is|means|\()"
)
_OUT_OF = re.compile(r"(?:sobre|/|out of)\s*(5|10|100)(?!\d)")
_PERCENT = re.compile(r"%|\bporcentaje\b|\bpercent")


class RatingForm(NamedTuple):
    """How a column's ratings are read: on which scale, and the steps of answers in words, if it is made of them."""

    scale: RatingScale
    steps: Mapping[str, int] | None = None


@cache
def scale_of_header(header: str) -> RatingScale | None:
    """The scale that a header states: "Califique del 1 al 5", "Nota (0-10)", "CSAT %", "1 es malo y 7 excelente"."""
    folded = fold(header)
    ends = _ENDS.search(folded) or _ANCHORS.search(folded)
    if ends:
        return _named(ends[1], ends[2])
    if _PERCENT.search(folded):
        return "0-100"
    out_of = _OUT_OF.search(folded)
    return {"5": "1-5", "10": "0-10", "100": "0-100"}.get(out_of[1]) if out_of else None  # type: ignore[return-value]


def _named(low: str, high: str) -> RatingScale | None:
    name = "0-100" if high == "100" else f"{low}-{high}"
    return name if name in RATING_SCALES else None  # type: ignore[return-value]


def decide_form(cells: Sequence[Cell], header: str, said: RatingScale | None = None) -> RatingForm | None:
    """How a column's ratings are read; None where they are shares from 0 to 1, which are no ratings.

    said: the scale of the mapping, which comes before everything; then the header's, if the cells fit it.
    """
    held = [cell for cell in cells if not is_blank(cell) and not is_null_mark(cell)]
    if len(held) > _SAMPLED:
        held = held[:: len(held) // _SAMPLED]
    steps = likert_steps(held)
    if steps:
        return RatingForm("1-5", steps)
    if said:
        return RatingForm(said)
    numbers = [number for cell in held if (number := read_number(cell)) is not None]
    if numbers and all(0 <= number <= 1 for number in numbers) and any(0 < number < 1 for number in numbers):
        return None
    stated = scale_of_header(header)
    if stated and sum(fits(number, stated) for number in numbers) >= 0.5 * len(numbers):
        return RatingForm(stated)
    beyond = sum(10 < number <= 100 for number in numbers)
    if numbers and beyond >= 0.5 * len(numbers) and all(0 <= number <= 100 for number in numbers):
        return RatingForm("0-100")
    return RatingForm(decide_scale(rating for cell in held if (rating := read_rating(cell))))


def fits(number: float, scale: RatingScale) -> bool:
    """Whether a number lies on a scale."""
    return RATING_SCALES[scale].low <= number <= RATING_SCALES[scale].high


def decide_scale(ratings: Iterable[Rating]) -> RatingScale:
    """The scale of a column's ratings.

    What most ratings state themselves; else 1-5 if 95 % of them lie from 1 to 5, else 0-10. A column of a 0-10
    scale on which hardly anyone gives 0 or more than 5 does not occur; a 1-5 scale with a few typing errors does.
    """
    stated: dict[RatingScale, int] = {}
    count = inside = 0
    for rating in ratings:
        if rating.scale:
            stated[rating.scale] = stated.get(rating.scale, 0) + 1
        count += 1
        inside += 1 <= rating.value <= 5
    if stated:
        return max(stated, key=lambda scale: stated[scale])
    return "1-5" if count and inside >= _MOST * count else "0-10"
