"""Patterns over folded tokens: what phrases of the lexicon, rules and urgency are written in.

A pattern is elements between spaces:

    word        the folded word            a|b     either            word?   or nothing
    stem*       a word that begins so      #       a number, in digits or words
    ..          up to four tokens within the sentence and before "pero"; ..N up to N; ..1 and ..2 stop at commas too
    -word       (first element only) not directly after that word
    ^ and $     the comment's beginning and end

Most comments match no pattern. So each pattern is found by the words of its rarest element (its anchor), and its
regular expression only tried on comments that have a word for each of its elements.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, NamedTuple, TypeVar

from fiber_pipeline.text import fold

Meaning = TypeVar("Meaning")
Meaning_co = TypeVar("Meaning_co", covariant=True)

NUMBER_WORDS = (
    "un", "una", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "quince", "veinte",
    "treinta", "cien", "varios", "varias", "two", "three", "four", "five", "duas", "dois", "quatro", "mokoi",
    "mbohapy", "irundy", "po",
)  # fmt: skip
# In the joined text a space stands before each token and after the last. Elements begin with theirs, so that a search
# skips from space to space, and end before the next.
_NUMBER = rf"(?:\d\S*|{'|'.join(NUMBER_WORDS)})"
_CONTRAST = r"(?!(?:pero|aunque|sino) )"
_GAP = rf"(?: {_CONTRAST}[^\s.;!?…]\S*)"
_NEAR_GAP = rf"(?: {_CONTRAST}[^\s.,;!?…]\S*)"
_NEAR = 2
_GAP_LENGTH = re.compile(r"\.\.(\d*)$")
_DEFAULT_GAP = 4
_END = r"(?: [^\w\s]\S*)*(?= \Z)"


_FINDABLE = re.compile(r"\w+\*?$")
# Words too common to find a pattern by, where it has another.
_COMMON = frozenset(
    {
        "internet", "servicio", "senal", "wifi", "conexion", "anda", "funciona", "llega", "precio", "mes", "meses",
        "dias", "a", "ahora", "al", "ante", "antes", "aqui", "asi", "aun", "bien", "buen", "cada", "como", "con",
        "cual",
        "cuando", "da", "dan", "de", "del", "desde", "dia", "donde", "dos", "e", "el", "ella", "en", "es", "esa",
        "ese", "eso", "esta", "estan", "este", "esto", "fue", "gran", "ha", "hace", "hasta", "hay", "hora", "la",
        "las", "le", "les", "lo", "los", "mas", "me", "mi", "mis", "mucho", "muy", "nada", "ni", "no", "nos",
        "nunca", "o", "otra", "otro", "para", "pero", "por", "porque", "que", "quiero", "se", "ser", "si",
        "siempre", "sin", "sobre", "solo", "son", "su", "sus", "tan", "te", "tengo", "tiene", "toda", "todas",
        "todo", "todos", "tu", "un", "una", "unos", "va", "voy", "y", "ya", "yo",
    }
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Pattern(Generic[Meaning_co]):
    """A compiled pattern and what it means.

    elements: for each element that must be present, the words that can be it; the first is the anchor.
    """

    source: str
    meaning: Meaning_co
    elements: tuple[tuple[str, ...], ...]
    expression: str

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """Matches on `joined(tokens)`. Compiled when first tried."""
        return re.compile(self.expression)


def compile_pattern(source: str, meaning: Meaning) -> Pattern[Meaning]:
    """Compile `source`. Raises ValueError when it is empty, malformed or has no word to find it by."""
    parts: list[str] = []
    required: list[tuple[str, ...]] = []
    for place, element in enumerate(source.split()):
        if element == "^":
            parts.append(r"\A")
        elif element == "$":
            parts.append(_END)
        elif gap := _GAP_LENGTH.match(element):
            length = int(gap.group(1) or _DEFAULT_GAP)
            parts.append(f"{_NEAR_GAP if length <= _NEAR else _GAP}{{0,{length}}}?")
        elif element.startswith("-") and len(element) > 1:
            if place:
                raise ValueError(f"{element!r} may only stand first in {source!r}")
            parts.extend(rf"(?<! {re.escape(fold(word))})" for word in element[1:].split("|"))
        else:
            optional = element.endswith("?") and len(element) > 1
            words = tuple(fold(word) for word in element.removesuffix("?" if optional else "").split("|"))
            if not all(words) or any(word.endswith("?") for word in words):
                raise ValueError(f"{element!r} of {source!r}: an alternative is empty or optional by itself")
            either = f" (?:{'|'.join(map(_word, words))})(?= )" if len(words) > 1 else f" {_word(words[0])}(?= )"
            parts.append(f"(?:{either})?" if optional else either)
            if not optional and all(_FINDABLE.match(word) for word in words):
                required.append(words)
    if not required:
        raise ValueError(f"no word to find {source!r} by")
    required.sort(key=_rarity, reverse=True)
    return Pattern(source, meaning, tuple(required), "".join(parts))


def _rarity(words: tuple[str, ...]) -> tuple[int, int]:
    common = sum(word.rstrip("*") in _COMMON or len(word) < 3 for word in words)
    return -common, min(len(word.rstrip("*")) for word in words)


def _word(word: str) -> str:
    if word == "#":
        return _NUMBER
    return r"\S*".join(re.escape(piece) for piece in word.split("*"))


def joined(folded: Iterable[str]) -> str:
    """The tokens, folded, with a space before each and after the last: what patterns match on."""
    return f" {' '.join(folded)} "


class WordMatches(NamedTuple, Generic[Meaning]):
    """What a word does for patterns: those it anchors, each with the set of elements it needs, and those it can be.

    Sets of elements are integers, a bit an element: uniting and comparing them is most of what finding patterns costs.
    """

    anchored: tuple[tuple[Pattern[Meaning], int], ...]
    elements: int


class PatternIndex(Generic[Meaning]):
    """Patterns by the words that can be their elements."""

    def __init__(self, patterns: Iterable[Pattern[Meaning]]) -> None:
        self._anchored: dict[int, list[tuple[Pattern[Meaning], int]]] = defaultdict(list)
        self._exact: dict[str, set[int]] = defaultdict(set)
        self._prefixes: dict[str, set[int]] = defaultdict(set)
        numbers: dict[tuple[str, ...], int] = {}
        for pattern in patterns:
            own = [numbers.setdefault(words, len(numbers)) for words in pattern.elements]
            self._anchored[own[0]].append((pattern, _bits(own)))
        for words, number in numbers.items():
            for word in words:
                if word.endswith("*"):
                    self._prefixes[word[:-1]].add(number)
                else:
                    self._exact[word].add(number)
        self._longest_prefix = max(map(len, self._prefixes), default=0)

    def matches(self, word: str) -> WordMatches[Meaning]:
        """What `word` (folded) does for the patterns."""
        elements = set(self._exact.get(word, ()))
        for length in range(1, min(len(word), self._longest_prefix) + 1):
            elements |= self._prefixes.get(word[:length], set())
        anchored = [anchor for number in sorted(elements) for anchor in self._anchored.get(number, ())]
        return WordMatches(tuple(anchored), _bits(elements))

    def candidates(self, words: Sequence[WordMatches[Meaning]]) -> list[Pattern[Meaning]]:
        """The patterns that have a word for each of their elements among `words`, in a fixed order."""
        present = 0
        for word in words:
            present |= word.elements
        found = [pattern for word in words for pattern, required in word.anchored if required & present == required]
        return list(dict.fromkeys(found)) if len(found) > 1 else found


def _bits(numbers: Iterable[int]) -> int:
    bits = 0
    for number in numbers:
        bits |= 1 << number
    return bits


def spans(pattern: Pattern[Meaning], text: str) -> list[tuple[int, int]]:
    """Where `pattern` matches in `text` (from `joined`), as (first, past-last) token positions."""
    return [
        (text.count(" ", 0, match.start()), text.count(" ", 0, match.end()))
        for match in pattern.regex.finditer(text)
        if match.end() > match.start()
    ]
