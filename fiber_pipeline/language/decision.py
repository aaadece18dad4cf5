"""From tagged words to the language of a comment, how sure that is, and the spans."""

import math
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from fiber_pipeline.language.tagging import TaggedWord, tag
from fiber_pipeline.language.words import STRONGEST


class Span(NamedTuple):
    """A stretch of the text in one language; offsets in characters, `end` exclusive."""

    start: int
    end: int
    language: str


class Decision(NamedTuple):
    """The language of a text, the confidence in it in [0, 1], its spans in order, and why in a few words."""

    language: str
    confidence: float
    spans: tuple[Span, ...]
    why: str


# A text is mixed if the lesser language has two words, or a fifth of the words.
MIXED_WORDS = 2
MIXED_SHARE = 0.2
GUESSED = 0.5
CLEAR = 2.4


def decide(text: str) -> Decision:
    """Tell the language of `text` (NFC)."""
    if not any(character.isalpha() for character in text):
        return Decision("und", 1.0, (), "no letters")
    words = tag(text)
    if not words:
        return Decision("und", 0.9, (), "no words")
    if _foreign_script(text):
        return Decision("other", 0.95, (_whole(words, "other"),), "another script")
    counted = [word for word in words if word.language]
    if not counted:
        return Decision("und", 0.7, (), "only names, brands or laughter")
    neighbour = _neighbour(words)
    if neighbour is not None:
        language, confidence, why = neighbour
        return Decision(language, confidence, (_whole(words, language),), why)
    guarani = sum(_count(word) for word in counted if word.language == "gn" and word.reading.kind == "word")
    spanish = sum(_count(word) for word in counted if word.language == "es" and word.reading.kind == "word")
    loans = sum(word.reading.kind == "loan" and _is_clear(word) for word in counted)
    spanish += sum(word.reading.kind == "loan" and not _is_clear(word) for word in counted)
    if loans:
        # A loan is a word of both languages: it counts for the lesser.
        if guarani <= spanish:
            guarani += loans
        else:
            spanish += loans
    if spanish > guarani and any(
        _is_clear(word) for word in counted
    ):
        language = "mixed"
    else:
        language = _label(guarani, spanish, len(counted))
    return Decision(language, _confidence(counted), tuple(_spans(words)), f"{guarani} Guaraní, {spanish} Spanish words")


def _count(word: TaggedWord) -> float:
    """Count a word for its language: half where only its letters speak and it may be a name."""
    return GUESSED if word.language == "es" and word.reading.rule.startswith("spelling") else 1.0


def _is_clear(word: TaggedWord) -> bool:
    """Whether a word is Guaraní, or half Guaraní, beyond its looks."""
    reading = word.reading
    if reading.kind == "loan":
        return reading.weight >= 1.0 or word.language == "gn"
    return (
        word.language == "gn"
        and reading.weight >= CLEAR
        and (not reading.rule.startswith("spelling") or reading.weight >= STRONGEST)
    )


def _label(guarani: float, spanish: float, total: int) -> str:
    lesser = min(guarani, spanish)
    if total and lesser and (lesser >= MIXED_WORDS or lesser / (guarani + spanish) >= MIXED_SHARE):
        return "mixed"
    return "gn" if guarani > spanish else "es"


def _confidence(counted: Sequence[TaggedWord]) -> float:
    strength = sum(min(abs(word.reading.weight), 3.0) for word in counted)
    return round(0.5 + 0.49 * math.tanh(strength / 6), 3)


def _foreign_script(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    return sum(not _is_latin(character) for character in letters) * 2 > len(letters)


def _is_latin(character: str) -> bool:
    return character < "\u0250" or unicodedata.name(character, "").startswith("LATIN")


def _neighbour(words: Sequence[TaggedWord]) -> tuple[str, float, str] | None:
    """Say which neighbour language holds the text, if one explains it better than Spanish and Guaraní do."""
    own: dict[str, int] = {}
    possible: dict[str, int] = {}
    for word in words:
        for code in word.reading.foreign:
            own[code] = own.get(code, 0) + 1
            possible[code] = possible.get(code, 0) + 1
        for code in word.reading.shared:
            if code not in word.reading.foreign:
                possible[code] = possible.get(code, 0) + 1
    if not own:
        return None
    counted = [word for word in words if word.reading.kind != "skip" or word.reading.foreign]
    code = max(own, key=lambda each: (possible.get(each, 0), own[each]))
    against = sum(
        1
        for word in counted
        if abs(word.reading.weight) >= 1.0
        and not word.reading.rule.startswith("spelling")
        and code not in word.reading.foreign + word.reading.shared
    )
    alone = sum(
        1
        for word in words
        if code in word.reading.foreign and not word.reading.rule.startswith(("Spanish", "word of both"))
    )
    share = possible[code] / len(counted)
    if alone and share >= 0.5 and alone + 0.5 * (possible[code] - alone) > 2 * against:
        language = code if code in ("en", "pt") else "other"
        return language, round(min(0.97, 0.55 + 0.4 * share), 3), f"{possible[code]} of {len(counted)} words are {code}"
    return None


def _whole(words: Sequence[TaggedWord], language: str) -> Span:
    return Span(words[0].token.start, words[-1].token.end, language)


def _spans(words: Sequence[TaggedWord]) -> list[Span]:
    spans: list[Span] = []
    for word in words:
        language = word.language or (spans[-1].language if spans else "")
        if spans and (spans[-1].language == language or not spans[-1].language):
            last = spans.pop()
            spans.append(Span(last.start, word.token.end, language))
        else:
            spans.append(Span(word.token.start, word.token.end, language))
    return spans
