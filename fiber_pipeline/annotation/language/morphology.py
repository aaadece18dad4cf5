"""Guaraní words taken apart: prefixes, root, suffixes.

Guaraní strings affixes on a root ("nd-o-guahẽ-mo'ã-i" he will not arrive), and Jopara strings them on Spanish roots
("nd-o-funciona-i"). The analysis works on folded forms and takes the reading with the longest root.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from fiber_pipeline.annotation.language.guarani import Affix, Entry, load_dictionary

MOST_SUFFIXES = 4
# What each kind of prefix goes with as a rule, and what it is accepted on: nouns serve as verbs and verbs as nouns.
_EXPECTED = {
    "person": frozenset(("v",)),
    "negated": frozenset(("v",)),
    "owner": frozenset(("n", "nt", "adj")),
    "negated_owner": frozenset(("adj", "n", "nt")),
    "voice": frozenset(("v",)),
}
_HOSTS = {
    "person": frozenset(("v", "adj", "n")),
    "negated": frozenset(("v", "adj", "n")),
    "owner": frozenset(("n", "nt", "adj", "v")),
    "negated_owner": frozenset(("n", "nt", "adj", "v")),
    "voice": frozenset(("v", "adj", "n", "nt")),
}
_ROOTLESS = frozenset(("part", "intj"))  # particles and exclamations take no affixes
_LOAN = (None,)


class Analysis(NamedTuple):
    """One reading of a word. `entry` is None where the root is a loan; prefixes stand in the order of the word."""

    prefixes: tuple[Affix, ...]
    root: str
    entry: Entry | None
    suffixes: tuple[Affix, ...]

    @property
    def is_negated(self) -> bool:
        """Whether the word carries nd-…-i."""
        return any(affix.kind in ("negated", "negated_owner") for affix in self.prefixes)

    @property
    def strength(self) -> int:
        """The strength of the most telling affix."""
        return max((affix.strength for affix in self.prefixes + self.suffixes), default=0)


@cache
def _prefix_strings() -> dict[str, list[tuple[Affix, ...]]]:
    """Every way a word may begin, by the letters it then begins with."""
    affixes = load_dictionary().affixes
    voices = [affix for affix in affixes if affix.kind == "voice"]
    outer = [affix for affix in affixes if affix.kind in ("person", "negated", "owner", "negated_owner")]
    strings: dict[str, list[tuple[Affix, ...]]] = {}
    for affix in outer:
        strings.setdefault(affix.form, []).append((affix,))
        if affix.kind in ("person", "negated"):
            for voice in voices:
                strings.setdefault(affix.form + voice.form, []).append((affix, voice))
    for voice in voices:
        strings.setdefault(voice.form, []).append((voice,))
    return strings


@cache
def _suffixes() -> dict[str, Affix]:
    return {affix.form: affix for affix in load_dictionary().affixes if affix.kind == "suffix"}


_AFTER_NEGATION = ("", "ma", "ramo", "ro", "va", "ha", "hape", "pa", "vo")
_LONGEST_PREFIX = 8
_LONGEST_SUFFIX = 9


def _stems(word: str) -> Iterator[tuple[str, tuple[Affix, ...]]]:
    """Yield what is left of `word` without its last suffixes, fewest suffixes first."""
    suffixes = _suffixes()
    layer: dict[str, tuple[Affix, ...]] = {word: ()}
    seen = {word}
    for depth in range(MOST_SUFFIXES + 1):
        yield from layer.items()
        if depth == MOST_SUFFIXES:
            return
        deeper: dict[str, tuple[Affix, ...]] = {}
        for stem, taken in layer.items():
            for length in range(min(_LONGEST_SUFFIX, len(stem) - 1), 0, -1):
                suffix = suffixes.get(stem[-length:])
                rest = stem[:-length]
                if suffix is not None and rest not in seen:
                    seen.add(rest)
                    deeper[rest] = (suffix, *taken)
        layer = deeper


def _readings(word: str, find: Callable[[str], Sequence[Entry | None]]) -> Iterator[Analysis]:
    yield from _readings_of(word, find, negated=False)
    if word[0] != "n":
        return
    # The -i of negation closes root (ndokuái) and suffixes (ndojaposéi); few suffixes follow it (ndojapovéima).
    for closing in _AFTER_NEGATION:
        if not word.endswith("i" + closing):
            continue
        denied = word[: len(word) - len(closing)]
        last = (_suffixes()[closing],) if closing else ()
        for end in ("iri", "ri", "i", ""):  # roots in -i swallow it
            if denied.endswith(end):
                for reading in _readings_of(denied[: len(denied) - len(end)], find, negated=True):
                    yield reading._replace(suffixes=reading.suffixes + last)


def _readings_of(word: str, find: Callable[[str], Sequence[Entry | None]], *, negated: bool) -> Iterator[Analysis]:
    prefixes = _prefix_strings()
    for stem, suffixes in _stems(word):
        if suffixes and not negated:
            for entry in find(stem):
                yield Analysis((), stem, entry, suffixes)
        for length in range(min(_LONGEST_PREFIX, len(stem) - 1), 0, -1):
            ways = prefixes.get(stem[:length])
            if ways is None:
                continue
            for entry in find(stem[length:]):
                for way in ways:
                    kind = way[0].kind
                    if (kind in ("negated", "negated_owner")) == negated and (
                        entry is None or entry.part_of_speech in _HOSTS[kind]
                    ):
                        yield Analysis(way, stem[length:], entry, suffixes)


@lru_cache(maxsize=16_384)
def analyse(word: str) -> Analysis | None:
    """Take a folded word apart around a root of the dictionary; None if no reading has one.

    Among readings the one with the longest root wins, then the fewest affixes, then the usual part of speech,
    then a negation.
    """
    folded = load_dictionary().folded

    def find(stem: str) -> Sequence[Entry]:
        return [entry for entry in folded.get(stem, ()) if entry.part_of_speech not in _ROOTLESS]

    return max(_readings(word, find), key=_rank, default=None)


def _rank(reading: Analysis) -> tuple[int, int, bool, bool]:
    agreeing = (
        reading.entry is not None
        and bool(reading.prefixes)
        and reading.entry.part_of_speech in _EXPECTED[reading.prefixes[0].kind]
    )
    return len(reading.root), -len(reading.prefixes) - len(reading.suffixes), agreeing, reading.is_negated


def analyse_loan(word: str, is_spanish: Callable[[str], bool]) -> Analysis | None:
    """Take a folded word apart around a Spanish root, as `is_spanish` tells them; None if there is none.

    At least one affix must be one that Spanish words do not end or begin in by themselves.
    """

    def find(stem: str) -> Sequence[None]:
        return _LOAN if len(stem) >= 4 and is_spanish(stem) else ()

    readings = (reading for reading in _readings(word, find) if reading.strength > 0)
    return max(readings, key=_rank, default=None)
