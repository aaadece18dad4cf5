"""Answers in words ("Muy satisfecho", "Totalmente de acuerdo"), read as ratings from 1 to 5."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from fiber_pipeline.readers.sheet import Cell, is_blank
from fiber_pipeline.readers.values.null_marks import is_null_mark
from fiber_pipeline.readers.word_file import read_words
from fiber_pipeline.text import fold

_LONGEST = 40
_LEAST_SHARE = 0.9
_SAMPLED = 4_000


def score_words() -> Mapping[str, Any]:
    """The words of scores: groups, numbers, labels and the sets of answers in words."""
    return read_words(__package__, "score_words.yaml")


@cache
def _sets() -> Sequence[Mapping[str, int]]:
    sets = score_words()["likert"].values()
    return [{answer: step for step, answers in enumerate(steps, start=1) for answer in answers} for steps in sets]


@cache
def likert_answers() -> frozenset[str]:
    """Every answer of every set, folded."""
    return frozenset(answer for answers in _sets() for answer in answers)


@lru_cache(maxsize=20_000)
def likert_key(text: str) -> str:
    """An answer as the sets have it: folded, without its own number, mark or full stop."""
    return " ".join(fold(text).strip(" .!\t\n\xa0\ufe0f").split())


def likert_steps(cells: Sequence[Cell]) -> Mapping[str, int] | None:
    """The steps from 1 to 5 of a column's answers by `likert_key`, None if the column is not made of one set.

    Where two sets hold all answers ("Excelente, Muy bueno, Bueno" and "Muy bueno, Bueno, Regular"), the one that
    gives each answer a step of its own is the column's.
    """
    held = [cell for cell in cells if isinstance(cell, str) and not is_blank(cell) and not is_null_mark(cell)]
    if len(held) > _SAMPLED:
        held = held[:: len(held) // _SAMPLED]
    counts = Counter(likert_key(cell) for cell in held if len(cell) <= _LONGEST)
    others = sum(not isinstance(cell, str) and not is_blank(cell) for cell in cells[:_SAMPLED])
    best, best_worth = None, (0.0, 0)
    for answers in _sets():
        known = {answer: answers[answer] for answer in counts if answer in answers}
        share = sum(counts[answer] for answer in known) / max(len(held) + others, 1)
        worth = (share, len(set(known.values())))
        if share >= _LEAST_SHARE and worth > best_worth:
            best, best_worth = answers, worth
    return best
