"""Patterns over folded tokens: what phrases of the lexicon, rules and urgency are written in.

A pattern is elements between spaces:

    word        the folded word            a|b     either            word?   or nothing
    stem*       a word that begins so      #       a number, in digits or words
    ..          up to four tokens within the sentence;  ..N up to N
    -word       (first element only) not directly after that word
    ^ and $     the comment's beginning and end

Most comments match no pattern, so each pattern names the words one of which must be present (its anchors), and
is only tried on comments that have one.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from fiber_pipeline.text import Token, fold

Meaning = TypeVar("Meaning")

NUMBER_WORDS = (
    "un", "una", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "quince", "veinte", "treinta",
    "varios", "varias", "mokoi", "mbohapy", "irundy", "po",
)  # fmt: skip
_NUMBER = rf"(?:\d\S*|{'|'.join(NUMBER_WORDS)}) "
_GAP = r"(?:[^\s.;!?…]\S* )"
_GAP_LENGTH = re.compile(r"\.\.(\d*)$")
_DEFAULT_GAP = 4
_END = r"(?:[^\w\s]\S* )*$"


@dataclass(frozen=True)
class Pattern(Generic[Meaning]):
    """A compiled pattern and what it means."""

    source: str
    meaning: Meaning
    anchors: tuple[str, ...]
    expression: str

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """Matches on `joined(tokens)`. Compiled when first tried."""
        return re.compile(self.expression)


def compile_pattern(source: str, meaning: Meaning) -> Pattern[Meaning]:
    """Compile `source`. Raises ValueError when it is empty, malformed or has no word to anchor on."""
    parts: list[str] = []
    best: tuple[int, tuple[str, ...]] = (0, ())
    elements = source.split()
    for place, element in enumerate(elements):
        if element == "^":
            parts.append(r"(?<=^ )")
        elif element == "$":
            parts.append(_END)
        elif element == "#":
            parts.append(_NUMBER)
        elif gap := _GAP_LENGTH.match(element):
            parts.append(_GAP + f"{{0,{gap.group(1) or _DEFAULT_GAP}}}?")
        elif element.startswith("-") and len(element) > 1:
            if place:
                raise ValueError(f"{element!r} may only stand first in {source!r}")
            parts.extend(rf"(?<! {re.escape(fold(word))} )" for word in element[1:].split("|"))
        else:
            optional = element.endswith("?") and len(element) > 1
            words = [fold(word) for word in element.removesuffix("?" if optional else "").split("|")]
            if not all(words):
                raise ValueError(f"empty alternative in {element!r} of {source!r}")
            parts.append(f"(?:{'|'.join(_word(word) for word in words)}){'?' if optional else ''}")
            shortest = min(len(word.rstrip("*")) for word in words)
            if not optional and not any("*" in word[:-1] for word in words) and shortest > best[0]:
                best = (shortest, tuple(words))
    if not best[1]:
        raise ValueError(f"no word that must be present in {source!r}")
    return Pattern(source, meaning, best[1], "(?<= )" + "".join(parts))


def _word(word: str) -> str:
    return r"\S*".join(re.escape(piece) for piece in word.split("*")) + " "


def joined(tokens: Sequence[Token]) -> str:
    """The folded tokens, each followed by one space, after a leading space: what patterns match on."""
    return " " + "".join([token.folded + " " for token in tokens])


class PatternIndex(Generic[Meaning]):
    """Patterns by the words that anchor them."""

    def __init__(self, patterns: Iterable[Pattern[Meaning]]) -> None:
        self._exact: dict[str, list[Pattern[Meaning]]] = defaultdict(list)
        self._prefixes: dict[str, list[Pattern[Meaning]]] = defaultdict(list)
        for pattern in patterns:
            for anchor in pattern.anchors:
                if anchor.endswith("*"):
                    self._prefixes[anchor[:-1]].append(pattern)
                else:
                    self._exact[anchor].append(pattern)

    def anchored(self, word: str) -> tuple[Pattern[Meaning], ...]:
        """The patterns worth trying on a comment that has `word` (folded)."""
        found = list(self._exact.get(word, ()))
        for length in range(1, len(word) + 1):
            found.extend(self._prefixes.get(word[:length], ()))
        return tuple(found)


def spans(pattern: Pattern[Meaning], text: str) -> list[tuple[int, int]]:
    """Where `pattern` matches in `text` (from `joined`), as (first, past-last) token positions."""
    return [
        (text.count(" ", 0, match.start()) - 1, text.count(" ", 0, match.end()) - 1)
        for match in pattern.regex.finditer(text)
        if match.end() > match.start()
    ]
