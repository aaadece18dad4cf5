"""Whether a comment says anything about the service."""

import re
from functools import cache

from fiber_pipeline.cleaning.normalisation import plain_form
from fiber_pipeline.cleaning.word_lists import read_word_lists
from fiber_pipeline.text import MARK, fold, tokenize

_LONGEST_EMPTY = 8  # words
_WORD = re.compile(r"[^\W\d_]+")
_RATING = re.compile(r"(?<!\d)\d{1,4}(?:[.,]\d{1,4})? ?(?:/ ?\d|%)|(?<!\w)[+-]\d+\b|\d ?[⭐★]")
_LAUGH = re.compile(r"(?:j[aeiou]){2,}j?|(?:h[ae]){2,}h?|(?:a+s+d+)+f*g*")


@cache
def _empty_answers() -> dict[str, frozenset[str]]:
    return {
        kind: frozenset(map(fold, answers))
        for kind, answers in read_word_lists(__package__, "empty_answers.yaml").items()
    }


def is_informative(text: str) -> bool:
    """Whether `text` (normalised, redacted) says anything.

    False for nothing at all, punctuation, bare numbers (the score has a column of its own), redaction's marks alone,
    single letters, laughter, and "no", "ok", "ninguna", "ndaipóri" and their like, however written. One word of
    judgement ("bueno", "lento"), an emoji, an emoticon or "10/10" is informative.
    """
    if "[" in text:
        text = MARK.sub(" ", text)
    words = _WORD.findall(plain_form(text))
    if _says_something(words):
        return True
    if any(token.kind in ("emoji", "emoticon") for token in tokenize(text)):
        return True
    return not words and bool(_RATING.search(text))


def _says_something(words: list[str]) -> bool:
    if len(words) > _LONGEST_EMPTY:
        return True
    answers = _empty_answers()
    said = [word for word in words if word not in answers["words"] and not _LAUGH.fullmatch(word)]
    if not any(len(word) > 1 for word in said):
        return False
    is_denial = len(said) < len(words)
    if is_denial and all(word in answers["fillers"] for word in said):
        return False
    return " ".join(words) not in answers["phrases"] and "".join(words) not in answers["phrases"]
