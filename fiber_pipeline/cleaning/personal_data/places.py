"""Towns, brands and sayings that contain a person's name but are none."""

import re
from collections.abc import Iterator
from functools import cache

from fiber_pipeline.cleaning.word_lists import alternatives, read_word_lists
from fiber_pipeline.text import fold

_WORD = re.compile(r"[a-z0-9]+")
_SPACE = r"\.?[ ]"
_SHORTEST_HANDLE = 3
_FEWEST_TO_ABBREVIATE = 3
_SHORTEST_ABBREVIATED = 4


@cache
def _phrases() -> dict[str, frozenset[str]]:
    return {
        kind: frozenset(map(fold, phrases)) for kind, phrases in read_word_lists(__package__, "places.yaml").items()
    }


@cache
def _patterns(*kinds: str) -> dict[str, re.Pattern[str]]:
    """What phrases of these kinds look like, by their first word: few comments have any."""
    phrases = {phrase for kind in kinds or _phrases() for phrase in _phrases()[kind]}
    phrases |= {short for phrase in phrases for short in _abbreviated(phrase)}
    by_word: dict[str, list[str]] = {}
    for phrase in phrases:
        by_word.setdefault(phrase.split()[0], []).append(phrase)
    # Abbreviations have a full stop or none: "J. Augusto Saldívar", "Dr Raúl Peña".
    return {
        word: re.compile(rf"(?:{alternatives(listed).replace('[ ]', _SPACE)})(?!\w)")
        for word, listed in by_word.items()
    }


def _abbreviated(phrase: str) -> Iterator[str]:
    """A name of three words and more with one of the first two as an initial: "j eulogio estigarribia"."""
    words = phrase.split()
    if len(words) >= _FEWEST_TO_ABBREVIATE:
        for place in (0, 1):
            if len(words[place]) >= _SHORTEST_ABBREVIATED:
                yield " ".join([*words[:place], words[place][0], *words[place + 1 :]])


def protected_spans(plain: str, *kinds: str) -> list[tuple[int, int]]:
    """Where in `plain` (a PlainView's text) phrases of these kinds stand, of all by default, the longest at a place."""
    patterns = _patterns(*kinds)
    found: list[tuple[int, int]] = []
    for word in _WORD.finditer(plain):
        pattern = patterns.get(word.group())
        match = pattern.match(plain, word.start()) if pattern and not (found and word.start() < found[-1][1]) else None
        if match:
            found.append(match.span())
    return found


@cache
def _handles() -> re.Pattern[str]:
    names = {"".join(brand.split()) for brand in _phrases()["brands"] | _phrases()["institutions"]}
    return re.compile(rf"@?(?:{alternatives(name for name in names if len(name) >= _SHORTEST_HANDLE)})")


def begins_with_brand(handle: str) -> bool:
    """Whether a name in a social network is a company's: "@personalpy", "tigo.paraguay"."""
    return _handles().match(handle.replace("_", "").replace(".", "")) is not None


@cache
def is_brand(word: str) -> bool:
    """Whether `word`, folded, is a company or a product by itself."""
    return word in _phrases()["brands"]


@cache
def is_town(word: str) -> bool:
    """Whether `word`, folded, is a town by itself."""
    return word in _phrases()["towns"]
