"""Guaraní word forms: taking prefixes and suffixes off until a lexicon entry is left."""

import re
from collections.abc import Iterator
from typing import NamedTuple

# All without accents and apostrophes, as folded text is. Longest first.
_SUFFIXES = (
    ("eterei", 1.4), ("iterei", 1.4), ("terei", 1.4), ("aiterei", 1.4), ("itereima", 1.4), ("vaipa", 1.3),
    ("ite", 1.25), ("ete", 1.25), ("gueteri", 1.0), ("kuera", 1.0), ("nguera", 1.0), ("raka", 1.0),
    ("niko", 1.0), ("piko", 0.6), ("katu", 1.0), ("voi", 1.1), ("mante", 1.0), ("nte", 0.9), ("ve", 1.0),
    ("mi", 0.9), ("ma", 1.0), ("pa", 1.1), ("ko", 1.0), ("pe", 1.0), ("rei", 1.0), ("va", 1.0), ("kue", 1.0),
    ("ita", 1.0), ("ta", 1.0), ("ne", 0.8), ("se", 0.8), ("te", 1.1), ("jey", 1.0), ("i", 1.0),
)  # fmt: skip
_PERSONS = (
    "che", "nde", "ore", "nane", "pene", "pende", "iñ", "ij", "hi", "ha", "he", "hu", "o", "a", "re", "ro",
    "ja", "pe", "i",
)  # fmt: skip
_CIRCUMFIX = re.compile(r"n.{2,}i")
_NEGATIVE_ENDINGS = ("iri", "ri", "i", "")
_MAX_SUFFIXES = 3


class Form(NamedTuple):
    """A possible stem of a word, whether nd(a)-…-i stands around it, and the strength its suffixes add."""

    stem: str
    is_negated: bool
    strength: float


def analyses(word: str) -> Iterator[Form]:
    """Yield the stems a folded Guaraní `word` may have, likeliest first: denied, then with ever more taken off.

    "ivaieterei" gives "ivai" (strengthened), "ndovalei" gives "ovale" and "vale" (negated).
    """
    if _CIRCUMFIX.match(word):
        yield from _denied(word)
    for bare, strength in _without_suffixes(word):
        for stem in _without_person(bare):
            yield Form(stem, False, strength)


def _denied(word: str) -> Iterator[Form]:
    """What nd(a)-…-i encloses. Its vowel may be the person's (nd-o-vale-i), and its -i the stem's (na-iporã-i)."""
    for bare, strength in _without_suffixes(word):
        for prefix in ("nda", "na", "nd", "n"):
            if not bare.startswith(prefix):
                continue
            inner = bare[len(prefix) :]
            for ending in _NEGATIVE_ENDINGS:
                if inner.endswith(ending) and len(inner) - len(ending) >= 2:
                    for stem in _without_person(inner[: len(inner) - len(ending)]):
                        yield Form(stem, True, strength)


def _without_suffixes(word: str) -> Iterator[tuple[str, float]]:
    pending = [(word, 1.0, 0)]
    while pending:
        bare, strength, taken = pending.pop(0)
        yield bare, strength
        if taken < _MAX_SUFFIXES:
            pending.extend(
                (bare[: -len(suffix)], strength * factor, taken + 1)
                for suffix, factor in _SUFFIXES
                if len(bare) - len(suffix) >= 3 and bare.endswith(suffix)
            )


def _without_person(word: str) -> Iterator[str]:
    yield word
    for person in _PERSONS:
        if word.startswith(person) and len(word) - len(person) >= 3:
            yield word[len(person) :]
