"""From a comment's sums to its label, score and intensity."""

from typing import NamedTuple

from fiber_pipeline.sentiment.reading import Reading, normalised

# Below this much net weight a comment leans nowhere: a plain word, dampened or asked, weighs less.
NEUTRAL_BELOW = 0.9
# Both sides of a mixed comment must weigh at least this much, and the lesser this share of the greater.
MIXED_AT_LEAST = 0.9
MIXED_SHARE = 0.45
_STRONG, _MODERATE = 0.72, 0.45


class Verdict(NamedTuple):
    """A label with its score in [-1, 1] and its intensity."""

    sentiment: str
    score: float
    intensity: str


def verdict(reading: Reading) -> Verdict:
    """Label a reading: a set answer by its table, else by what its clauses add up to."""
    positive, negative = reading.positive, reading.negative
    net = positive - negative
    score = normalised(net)
    if reading.answer is not None:
        return Verdict(reading.answer.sentiment, score, intensity(score))
    less, more = min(positive, negative), max(positive, negative)
    if less >= MIXED_AT_LEAST and less >= MIXED_SHARE * more:
        return Verdict("mixed", score, intensity(normalised(more)))
    if abs(net) < NEUTRAL_BELOW:
        return Verdict("neutral", score, "mild")
    return Verdict("positive" if net > 0 else "negative", score, intensity(score))


def intensity(score: float) -> str:
    """How strongly a score says what it says."""
    size = abs(score)
    return "strong" if size >= _STRONG else "moderate" if size >= _MODERATE else "mild"
