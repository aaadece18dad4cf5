"""Comments as the discovery of themes sees them: stems of content words, phrases of them, and how they were written."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from fiber_pipeline.text import fold, split_clauses, tokenize

_FOLDER = Path(__file__).parent
_SHORTEST_WORD = 3
_LONGEST_PHRASE = 3
# Number, gender and diminutive of Spanish nouns and adjectives; verbs keep their endings, few are theme words.
_ENDING = re.compile(r"(?<=.{3})(?:(?:c?it)?[oa]s?|(?:ci)?ones|(?:c)ion|es|s|e)$")


class Surfaces:
    """How stems and phrases were written: every run of words between two content words, by the stems in it."""

    def __init__(self) -> None:
        self.phrases: dict[str, Counter[str]] = {}

    def add(self, term: str, surface: str, times: int) -> None:
        """Count one way of writing `term`."""
        self.phrases.setdefault(term, Counter())[surface] += times

    def usual(self, term: str) -> str:
        """The most frequent way of writing `term`; among equals the one with more accents, then the first by letter."""
        counts = self.phrases[term]
        return min(counts, key=lambda surface: (-counts[surface], -_marks(surface), surface))


def read_contents(texts: Sequence[str], surfaces: Surfaces) -> list[frozenset[str]]:
    """Return the terms of each text, and note in `surfaces` how they were written."""
    terms = {text: _terms(text, times, surfaces) for text, times in Counter(texts).items()}
    return [terms[text] for text in texts]


def _terms(text: str, times: int, surfaces: Surfaces) -> frozenset[str]:
    tokens = tokenize(text)
    terms: set[str] = set()
    for first, last in split_clauses(tokens):
        content = [
            (place, stem)
            for place in range(first, last)
            if tokens[place].kind == "word" and (stem := stem_of(tokens[place].folded))
        ]
        for start in range(len(content)):
            for size in range(1, _LONGEST_PHRASE + 1):
                part = content[start : start + size]
                # A phrase may hold one function word between two content words ("llamadas de publicidad").
                is_apart = any(after[0] - before[0] > 2 for before, after in pairwise(part))
                if len(part) < size or is_apart:
                    break
                term = " ".join(stem for _, stem in part)
                surface = text[tokens[part[0][0]].start : tokens[part[-1][0]].end].lower()
                surfaces.add(term, surface, times)
                terms.add(term)
    return frozenset(terms)


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
