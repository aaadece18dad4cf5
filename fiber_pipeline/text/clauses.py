"""Clauses: the stretches of a comment within which a word can be about another."""

from collections.abc import Sequence

from fiber_pipeline.text.tokens import Token

# Conjunctions of contrast, concession and cause, in Spanish, Guaraní, Portuguese and English, folded.
_BREAKS = frozenset(
    {"pero", "aunque", "sino", "salvo", "excepto", "mientras", "porque", "pq", "xq", "lastima", "jepeve", "porem",
     "embora", "but", "although", "however"}
)  # fmt: skip
# Two words that open a clause together; the first alone does not.
_BREAK_PAIRS = frozenset(
    {("sin", "embargo"), ("no", "obstante"), ("en", "cambio"), ("solo", "que"), ("nomas", "que"), ("ya", "que"),
     ("ha", "katu"), ("no", "asi"), ("lo", "malo"), ("lo", "bueno"), ("a", "pesar"), ("eso", "si"), ("por", "otro"),
     ("ni", "siquiera")}
)  # fmt: skip
_OPENING = _BREAKS | {first for first, _ in _BREAK_PAIRS}
_STOPS = frozenset(".;,:()\n—–…!?")


def split_clauses(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Return clauses as (first, past-last) positions in `tokens`, in order and without gaps.

    A clause ends after punctuation that separates and before a conjunction of contrast or cause, of one word
    ("pero") or two ("sin embargo", "ha katu").
    """
    clauses = []
    first = 0
    for position, token in enumerate(tokens):
        if token.kind == "word":
            if token.folded in _OPENING and position > first and _opens(tokens, position, token.folded):
                clauses.append((first, position))
                first = position
        elif token.kind == "punctuation" and token.surface[0] in _STOPS:
            clauses.append((first, position + 1))
            first = position + 1
    if first < len(tokens):
        clauses.append((first, len(tokens)))
    return clauses


def _opens(tokens: Sequence[Token], position: int, folded: str) -> bool:
    if folded in _BREAKS:
        return True
    return position + 1 < len(tokens) and (folded, tokens[position + 1].folded) in _BREAK_PAIRS
