"""What a denial does to the words it reaches, and how far it reaches."""

from collections.abc import Sequence

from fiber_pipeline.annotation.sentiment.modifiers import Modifier
from fiber_pipeline.text import Token

# "No es bueno" is about as bad as "malo"; "no es malo" is only mildly good; "ningún problema" is praise.
_DENIED_PRAISE = -0.85
_DENIED_BLAME = -0.3
_DENIED_PROBLEM = -0.8
_DENIED_BY_AFFIX = -0.6


def flipped(value: float, kind: str) -> float:
    """The weight of a denied word of `kind` (see `inflection.KINDS`): a problem denied counts more than a fault."""
    if value > 0:
        return value * _DENIED_PRAISE
    if kind == "g":
        return value * _DENIED_BY_AFFIX
    return value * (_DENIED_PROBLEM if kind == "n" else _DENIED_BLAME)


def negator_of(
    tokens: Sequence[Token],
    modifiers: Sequence[Modifier | None],
    words: tuple[int, int],
    clause: tuple[int, int],
    occupied: set[int],
    used: set[int],
) -> int | None:
    """The position of the token that denies the `words` (first, past-last) of a `clause`, or None.

    A negation reaches as many tokens as its entry says, until a stop word, punctuation or another weighed word,
    and denies only the first it meets. Two negations of one word ("no … nunca nada") are one.
    `occupied`: positions that weigh; `used`: negations that deny something already.
    """
    first, last = words
    found: int | None = None
    for position in range(first - 1, clause[0] - 1, -1):
        modifier = modifiers[position]
        if position in occupied or (tokens[position].kind == "punctuation" and tokens[position].surface not in "\"'"):
            break
        if modifier is None:
            continue
        if modifier.negation >= first - position:
            found = position
        if modifier.stop:
            break
    if found is not None:
        return None if found in used else found
    for position in range(last, clause[1]):
        modifier = modifiers[position]
        if position in occupied or tokens[position].kind == "punctuation":
            break
        if modifier is not None and modifier.denial_after > position - last:
            return position
    return None
