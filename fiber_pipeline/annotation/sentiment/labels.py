"""From a comment's sums to its label, score and intensity."""

from typing import NamedTuple

from fiber_pipeline.annotation.sentiment.reading import Reading, normalised

# Below this much net weight a comment leans nowhere: one plain word weighs 2, one that only leans 1.
NEUTRAL_BELOW = 1.1
# Blame beside praise counts for more in what people make of a text (Baumeister et al. 2001, "Bad is stronger").
NEGATIVITY = 1.2
# Both sides of a mixed comment must weigh at least this much, and the lesser this share of the greater.
MIXED_AT_LEAST = 0.9
MIXED_SHARE = 0.45
_STRONG, _MODERATE = 0.75, 0.5


class Verdict(NamedTuple):
    """A label with its score in [-1, 1] and its intensity."""

    sentiment: str
    score: float
    intensity: str


def verdict(reading: Reading) -> Verdict:
    """Label a reading: a set answer by its table, else by what its clauses add up to.

    Mixed is what says one thing in one clause and its opposite in another, or as much for as against in one;
    otherwise the heavier side names it, if it is heavier by enough.
    """
    positive, negative = reading.positive, reading.negative * NEGATIVITY
    net = positive - negative
    score = normalised(net)
    if reading.answer is not None:
        plain = normalised(reading.positive - reading.negative)
        return Verdict(reading.answer.sentiment, plain, intensity(plain))
    less, more = (positive, negative) if positive < negative else (negative, positive)
    if less >= MIXED_AT_LEAST and (
        abs(net) < NEUTRAL_BELOW or (less >= MIXED_SHARE * more and _clauses_oppose(reading))
    ):
        return Verdict("mixed", score, intensity(normalised(more)))
    if abs(net) < NEUTRAL_BELOW:
        return Verdict("neutral", score, "mild")
    return Verdict("positive" if net > 0 else "negative", score, intensity(score))


def _clauses_oppose(reading: Reading) -> bool:
    nets = [
        positive - negative * NEGATIVITY
        for positive, negative in zip(reading.clause_positive, reading.clause_negative, strict=True)
    ]
    return max(nets) >= MIXED_AT_LEAST and min(nets) <= -MIXED_AT_LEAST


def intensity(score: float) -> str:
    """How strongly a score says what it says."""
    size = abs(score)
    return "strong" if size >= _STRONG else "moderate" if size >= _MODERATE else "mild"
