"""Sentiment of each clause of a comment, for whoever asks what is said about one thing in it."""

from collections.abc import Sequence
from typing import NamedTuple

from fiber_pipeline.annotation.sentiment.reading import default_reader, normalised
from fiber_pipeline.text import Token


class ClauseScore(NamedTuple):
    """What a clause weighs.

    first, last: positions in the tokens, `last` exclusive. positive, negative: summed weights, both ≥ 0.
    score: both weighed up, in [-1, 1]; 0 where the clause says nothing.
    """

    first: int
    last: int
    positive: float
    negative: float
    score: float


def score_clauses(tokens: Sequence[Token]) -> list[ClauseScore]:
    """Return a score for each clause of `fiber_pipeline.text.split_clauses(tokens)`, in order and without gaps.

    Uses the engine's own lexicon and rules. A phrase or rule that reaches over a clause's end counts where it begins.
    """
    if not tokens:
        return []
    reading = default_reader().read(tokens, for_urgency=False)
    return [
        ClauseScore(first, last, positive, negative, normalised(positive - negative))
        for (first, last), positive, negative in zip(
            reading.clauses, reading.clause_positive, reading.clause_negative, strict=True
        )
    ]
