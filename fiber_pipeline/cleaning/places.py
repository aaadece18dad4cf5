"""Towns, brands and sayings that contain a person's name but are none."""

import re
from functools import cache
from importlib import resources

import yaml

from fiber_pipeline.text import fold


@cache
def _phrases() -> dict[str, frozenset[str]]:
    listed = yaml.safe_load(resources.files(__package__).joinpath("places.yaml").read_text("utf-8"))
    return {kind: frozenset(fold(phrase) for phrase in phrases) for kind, phrases in listed.items()}


@cache
def _pattern(towns_only: bool) -> re.Pattern[str]:
    kinds = ["towns"] if towns_only else list(_phrases())
    phrases = sorted(
        {phrase for kind in kinds for phrase in _phrases()[kind]}, key=lambda phrase: (-len(phrase), phrase)
    )
    return re.compile(r"\b(?:" + "|".join(re.escape(phrase) for phrase in phrases) + r")\b")


def protected_spans(plain: str, *, towns_only: bool = False) -> list[tuple[int, int]]:
    """Where in `plain` (a PlainView's text) such phrases stand, the longest at each place."""
    return [match.span() for match in _pattern(towns_only).finditer(plain)]


@cache
def is_brand(word: str) -> bool:
    """Whether `word`, folded, is a brand or a town by itself."""
    return word in _phrases()["brands"] or word in _phrases()["towns"]
