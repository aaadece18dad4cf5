"""Clauses: the stretches of a comment within which a word can be about another."""

from collections.abc import Sequence

from fiber_pipeline.text.tokens import Token

_BREAKS = frozenset({"pero", "aunque", "sino", "salvo", "excepto", "mientras", "porque", "embargo"})
_STOPS = frozenset(".;,:()\n—–-")


def split_clauses(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Return clauses as (first, past-last) positions in `tokens`, in order and without gaps.

    A clause ends at punctuation that separates and before a conjunction of contrast or cause.
    """
    clauses = []
    first = 0
    for position, token in enumerate(tokens):
        starts_anew = token.kind == "word" and token.folded in _BREAKS
        if starts_anew and position > first:
            clauses.append((first, position))
            first = position
        elif token.kind == "punctuation" and (token.surface[0] in _STOPS or token.surface[0] in "!?"):
            clauses.append((first, position + 1))
            first = position + 1
    if first < len(tokens):
        clauses.append((first, len(tokens)))
    return clauses
