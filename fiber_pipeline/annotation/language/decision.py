"""From tagged words to the language of a comment, how sure that is, and the spans."""

import math
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from fiber_pipeline.annotation.language.neighbours import neighbour_language
from fiber_pipeline.annotation.language.tagging import TaggedWord, tag
from fiber_pipeline.annotation.language.words import STRONGEST


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


# A text is mixed if the lesser language has two words, or a fifth of the words (as in GUA-SPA 2023).
MIXED_WORDS = 2.0
MIXED_SHARE = 0.2
# One clear Guaraní word makes a Spanish text mixed: nobody writes one by chance. The other way round Spanish loans are
# part of Guaraní, so there the share decides, and a word known only by its letters, maybe a name, counts half.
CLEAR = 2.4
GUESSED = 0.5
# So does a Spanish word smoothed into Guaraní, such as "pero" between two Guaraní words.
BORROWED = -0.9
LIKELY = 0.985
ON_THE_LINE = 0.62
STEEPNESS = 1.9
NOTHING_SPANISH = 0.5
_LAST_LATIN = "\u024f"


def decide(text: str) -> Decision:
    """Tell the language of `text` (NFC)."""
    return decide_tagged(text, tag(text))


def decide_tagged(text: str, words: Sequence[TaggedWord]) -> Decision:
    """Tell the language of `text` from its tagged words."""
    if not words:
        return Decision("und", 0.99, (), "no words")
    if max(text) > _LAST_LATIN and _is_mostly_another_script(text):
        return Decision("other", 0.97, (_whole(words, "other"),), "another script")
    counted = [word for word in words if word.language]
    neighbour = neighbour_language(words)
    if neighbour is not None:
        return Decision(neighbour.language, neighbour.confidence, (_whole(words, neighbour.language),), neighbour.why)
    if not counted:
        return Decision("und", 0.9, (), "only names, brands, abbreviations or laughter")
    if all(word.token.end - word.token.start == 1 for word in counted):
        return Decision("und", 0.8, (), "only single letters")
    spanish, guarani, has_clear = _counts(counted)
    if has_clear and guarani <= spanish:
        language = "mixed"
    else:
        lesser = min(guarani, spanish)
        is_mixed = lesser > 0 and (lesser >= MIXED_WORDS or lesser >= MIXED_SHARE * (guarani + spanish))
        language = "mixed" if is_mixed else "gn" if guarani > spanish else "es"
    confidence = _confidence(language, counted, spanish, guarani)
    return Decision(language, confidence, tuple(_spans(words)), f"{guarani:g} Guaraní, {spanish:g} Spanish words")


def _counts(counted: Sequence[TaggedWord]) -> tuple[float, float, bool]:
    """Count Spanish and Guaraní words, and say whether one is Guaraní beyond its looks."""
    spanish = guarani = 0.0
    loans = 0
    has_clear = False
    for word in counted:
        reading = word.reading
        if reading.kind == "loan":
            if word.language == "gn":
                loans += 1
                has_clear = True
            else:
                spanish += 1
        elif reading.kind == "suffix":
            continue
        elif word.language == "gn":
            if reading.weight <= BORROWED:
                spanish += GUESSED
            else:
                guarani += 1
            if reading.weight >= CLEAR and (not reading.is_guess or reading.weight >= STRONGEST):
                has_clear = True
        else:
            spanish += GUESSED if reading.is_guess else 1
    # A loan in Guaraní form is a word of both languages: it counts for the one that has less,
    # and for both where it stands alone.
    if guarani + spanish == 0:
        return loans / 2, loans / 2, has_clear
    if guarani <= spanish:
        return spanish, guarani + loans, has_clear
    return spanish + loans, guarani, has_clear


def _confidence(language: str, counted: Sequence[TaggedWord], spanish: float, guarani: float) -> float:
    """Turn the distance from the next label into the chance of being right.

    The distance is in words: how many words of the lesser language the text has beyond what makes it mixed, or lacks
    (a guess counts in full; no Spanish at all is worth half a word more). For Spanish it is how far the most
    Guaraní-looking word is from counting. A text on the line is right about three times in five, one that is two
    words away nearly always: LIKELY - (LIKELY - ON_THE_LINE) * exp(-STEEPNESS * distance). Little evidence draws the
    value towards a coin's. The four constants are shared by all labels and were read off reliability tables, which
    bench/quality_language.py prints.
    """
    lesser = min(guarani, spanish)
    threshold = min(MIXED_WORDS, MIXED_SHARE * (guarani + spanish))
    if language == "mixed":
        distance = max(0.0, lesser - threshold)
    elif language == "gn":
        in_full = sum([word.language == "es" or word.reading.kind == "loan" for word in counted])
        distance = max(0.0, threshold - in_full) + (0.0 if in_full else NOTHING_SPANISH)
    else:
        most_guarani = max([word.reading.weight for word in counted])
        distance = (STRONGEST - max(0.0, min(most_guarani, STRONGEST))) / 2
    likely = LIKELY - (LIKELY - ON_THE_LINE) * math.exp(-STEEPNESS * distance)
    evidence = sum([abs(word.reading.weight) for word in counted])
    return round(0.5 + (likely - 0.5) * (1.0 - math.exp(-evidence)), 3)


def _is_mostly_another_script(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    return sum(not _is_latin(character) for character in letters) * 2 > len(letters)


def _is_latin(character: str) -> bool:
    return character <= _LAST_LATIN or unicodedata.name(character, "").startswith("LATIN")


def _whole(words: Sequence[TaggedWord], language: str) -> Span:
    return Span(words[0].token.start, words[-1].token.end, language)


def _spans(words: Sequence[TaggedWord]) -> list[Span]:
    """Join neighbouring words of a language; skipped words go with what stands before them, or after at the start."""
    spoken = {word.language for word in words if word.language}
    if len(spoken) == 1:
        return [_whole(words, spoken.pop())]
    spans: list[Span] = []
    start, end, current = words[0].token.start, words[0].token.end, words[0].language
    for word in words[1:]:
        language = word.language or current
        if current and language != current:
            spans.append(Span(start, end, current))
            start = word.token.start
        current = language
        end = word.token.end
    spans.append(Span(start, end, current))
    return spans
