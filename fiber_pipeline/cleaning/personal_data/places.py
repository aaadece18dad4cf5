"""Towns, brands and sayings that contain a person's name but are none."""

import re
from functools import cache

from fiber_pipeline.cleaning.word_lists import alternatives, read_word_lists
from fiber_pipeline.text import fold


@cache
def _phrases() -> dict[str, frozenset[str]]:
    return {
        kind: frozenset(map(fold, phrases)) for kind, phrases in read_word_lists(__package__, "places.yaml").items()
    }


@cache
def _pattern(towns_only: bool) -> re.Pattern[str]:
    kinds = ["towns"] if towns_only else list(_phrases())
    phrases = {phrase for kind in kinds for phrase in _phrases()[kind]}
    return re.compile(rf"\b(?:{alternatives(phrases)})\b")


def protected_spans(plain: str, *, towns_only: bool = False) -> list[tuple[int, int]]:
    """Where in `plain` (a PlainView's text) such phrases stand, the longest at each place."""
    return [match.span() for match in _pattern(towns_only).finditer(plain)]


@cache
def is_brand(word: str) -> bool:
    """Whether `word`, folded, is a brand or a town by itself."""
    return word in _phrases()["brands"] or word in _phrases()["towns"]
