"""Announcements: a word that says what the number or name after it is, and the small words between the two."""

from collections.abc import Iterable
from functools import cache

from fiber_pipeline.cleaning.word_lists import alternatives, read_word_lists

LISTS = read_word_lists(__package__, "cues.yaml")
# Signs between an announcement and what it announces. None is a mark's, so that no gap bridges one.
_SIGN = r"[ .,:;=#°()\"“”<>|*/-]"
# "N°", "nro" and their like may run into the number.
_NUMBER_SIGN = r"(?:n|no|nro|nros|num|numero)(?![a-z_])"
_LONGEST_GAP = 28


@cache
def cue_words(*kinds: str) -> frozenset[str]:
    """A word of each announcement of these kinds; a text without any of them holds none."""
    return frozenset(phrase.split()[-1] for kind in kinds for phrase in LISTS[kind])


def announced(kind: str, *fillers: str) -> str:
    """A pattern for an announcement of a kind as group `cue`, and as group `gap` what may stand before the announced.

    Either may run into a number without a space ("CI4567890"), never into a word. The gap takes all it can and gives
    nothing back, so what is announced is no filler, and the time is linear.
    """
    return (
        rf"(?<![a-z])(?P<cue>{_phrases(LISTS[kind])})(?![a-z])(?P<gap>(?:{_SIGN}"
        rf"|(?<![a-z])(?:(?:{alternatives(_fillers(fillers))})(?!\w)|{_NUMBER_SIGN})){{0,{_LONGEST_GAP}}}+)"
    )


def _phrases(phrases: Iterable[str]) -> str:
    return "|".join(
        r"[ ./_-]{0,2}".join(phrase.split()) for phrase in sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    )


def _fillers(kinds: Iterable[str]) -> frozenset[str]:
    return LISTS["fillers"].union(*(LISTS[kind] for kind in kinds))
