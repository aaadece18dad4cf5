"""Comments as the discovery of themes sees them: stems of content words, phrases of them, and how they were written."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from fiber_pipeline.text import fold, split_clauses, tokenize

_FOLDER = Path(__file__).parent
_SHORTEST_WORD = 3
_LONGEST_PHRASE = 3
# A phrase may hold one function word between two content words ("llamadas de publicidad").
_WIDEST_STEP = 2
# Number, gender and diminutive of Spanish nouns and adjectives; verbs keep their endings, few are theme words.
_ENDING = re.compile(r"(?<=.{3})(?:(?:c?it)?[oa]s?|(?:ci)?ones|(?:c)ion|es|s|e)$")


class Surfaces:
    """How terms were written, and how often each way."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._usual: dict[str, str] = {}

    def add(self, term: str, surface: str, times: int) -> None:
        """Count one way of writing `term`."""
        self._counts[term, surface] += times

    def usual(self, term: str) -> str:
        """The most frequent way of writing `term`; among equals the one with more accents, then the last by letter.

        To be asked once everything is counted.
        """
        if not self._usual:
            ranked = sorted(self._counts, key=lambda key: (self._counts[key], _marks(key[1]), key[1]))
            self._usual = dict(ranked)
        return self._usual[term]


def read_contents(
    texts: Sequence[str], surfaces: Surfaces | None = None, known: frozenset[str] | None = None
) -> list[frozenset[str]]:
    """Return the terms of each text: stems of content words, and phrases of them joined by spaces.

    surfaces: notes how terms were written. known: leaves out all other terms.
    """
    contents = {}
    for text, times in Counter(texts).items():
        terms = frozenset(_terms(text, times, surfaces))
        contents[text] = terms if known is None else terms & known
    return [contents[text] for text in texts]


def _terms(text: str, times: int, surfaces: Surfaces | None) -> set[str]:
    tokens = tokenize(text)
    terms: set[str] = set()
    for first, last in split_clauses(tokens):
        content = [
            (place, stem)
            for place in range(first, last)
            if tokens[place].kind == "word" and (stem := stem_of(tokens[place].folded))
        ]
        for start, (place, stem) in enumerate(content):
            end, term = place, stem
            for size in range(_LONGEST_PHRASE):
                if size:
                    if start + size == len(content) or content[start + size][0] - end > _WIDEST_STEP:
                        break
                    end = content[start + size][0]
                    term = f"{term} {content[start + size][1]}"
                terms.add(term)
                if surfaces is not None:
                    surfaces.add(term, text[tokens[place].start : tokens[end].end].lower(), times)
    return terms


@lru_cache(maxsize=100_000)
def stem_of(folded: str) -> str | None:
    """The stem of a content word; None for words that say nothing of what a comment is about."""
    if len(folded) < _SHORTEST_WORD or folded in _stopwords() or folded in _generic_words():
        return None
    if any(folded.startswith(beginning) for beginning in _generic_beginnings()):
        return None
    return _ENDING.sub("", folded) or folded


def _marks(surface: str) -> int:
    return sum(1 for one, other in zip(surface, fold(surface), strict=False) if one != other)


@lru_cache(maxsize=1)
def _stopwords() -> frozenset[str]:
    return frozenset(fold(word) for word in _read("stopwords.txt"))


@lru_cache(maxsize=1)
def _generic_words() -> frozenset[str]:
    return frozenset(fold(word) for word in _read("generic_words.txt") if not word.endswith("*"))


@lru_cache(maxsize=1)
def _generic_beginnings() -> tuple[str, ...]:
    return tuple(fold(word[:-1]) for word in _read("generic_words.txt") if word.endswith("*"))


def _read(name: str) -> Iterable[str]:
    for line in (_FOLDER / name).read_text(encoding="utf-8").splitlines():
        yield from line.partition("#")[0].split()
