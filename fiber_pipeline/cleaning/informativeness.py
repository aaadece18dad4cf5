"""Whether a comment says anything about the service."""

import re
from functools import cache
from importlib import resources

import yaml

from fiber_pipeline.cleaning.plain_view import MARK
from fiber_pipeline.text import fold, tokenize, unstretch

_LONGEST_EMPTY = 80
_RATING = re.compile(r"\d+(?:[.,]\d+)? ?/ ?\d+|\d+ ?%|(?<!\w)[+-]\d+\b|\d+ ?(?:⭐|★)")
_LAUGH = re.compile(r"(?:j[aeiou]){2,}j?|(?:h[ae]){2,}h?|(?:a+s+d+)+f*g*")


@cache
def _empty_answers() -> dict[str, frozenset[str]]:
    listed = yaml.safe_load(resources.files(__package__).joinpath("empty_answers.yaml").read_text("utf-8"))
    return {kind: frozenset(fold(str(answer)) for answer in answers) for kind, answers in listed.items()}


def is_informative(text: str) -> bool:
    """Whether `text` (normalised, redacted) says anything.

    False for nothing at all, punctuation, bare numbers (the score has a column of its own), redaction's marks alone,
    single letters, laughter, and "no", "ok", "ninguna", "ndaipóri" and their like, however written. One word of judgement
    ("bueno", "lento"), an emoji, an emoticon or "10/10" is informative.
    """
    text = MARK.sub(" ", text)
    if len(text) > _LONGEST_EMPTY:
        return any(character.isalpha() for character in text)
    tokens = tokenize(text)
    if any(token.kind in ("emoji", "emoticon") for token in tokens):
        return True
    words = [fold(unstretch(token.surface.lower())) for token in tokens if token.kind == "word"]
    if not words:
        return bool(_RATING.search(text))
    if len(words) > 8:
        return True
    answers = _empty_answers()
    if " ".join(words) in answers["phrases"] or "".join(words) in answers["phrases"]:
        return False
    said = [word for word in words if word not in answers["words"] and not _LAUGH.fullmatch(word)]
    if not said:
        return False
    is_denial = len(said) < len(words)
    if is_denial and all(word in answers["fillers"] for word in said):
        return False
    return any(len(word) > 1 for word in said)
