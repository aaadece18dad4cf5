"""How sure a label is: the chance that a person would give the same one.

Evidence grows with the weight behind the label and shrinks with the weight against it. What it is worth depends on how
much of the comment it covers: a word that is half of a comment nearly settles it, the same word in a long text about
something else says little more than a guess. Both are mapped to a chance by straight lines through a few round points,
which rise throughout, so that more evidence is never less sure. The points were read off tables of tweets and of
comments of the trade together, and serve both; none of those texts was held back. What they are worth shows the
reliability table of the quality benchmark: on tweets they still promise a little more than they keep.
"""

from bisect import bisect_right

from fiber_pipeline.annotation.sentiment.labels import Verdict
from fiber_pipeline.annotation.sentiment.reading import Reading

# (evidence, chance) where the evidence is next to nothing of the comment, and where it is all that counts in it
_SPARSE = ((0.0, 0.42), (1.0, 0.50), (2.0, 0.57), (3.0, 0.66), (4.5, 0.78), (8.0, 0.82))
_DENSE = ((0.0, 0.55), (1.0, 0.80), (2.0, 0.94), (5.0, 0.96))
_COVERED = 0.4  # the share of a comment from which on evidence counts as all of it
_SET_ANSWER = 0.96
# (words, chance) where nothing weighs: a short comment says nothing, in a long one something may have been missed.
_NOTHING_FOUND = ((0.0, 0.95), (1.0, 0.92), (3.0, 0.78), (6.0, 0.66), (12.0, 0.52))
_LEANING_NOWHERE = 0.48
# (share of the comment, chance): two sides shown by few of many words are as often one side misread.
_MIXED = ((0.0, 0.40), (0.5, 0.85))
_FROM_GLOSS = 0.85


def confidence(reading: Reading, verdict: Verdict, words: int, *, from_gloss: bool = False) -> float:
    """The chance in [0, 1] that `verdict` on a comment of so many `words` is right, before NPS and rating speak."""
    chance = _chance(reading, verdict, words)
    return round(chance * _FROM_GLOSS if from_gloss else chance, 3)


def _chance(reading: Reading, verdict: Verdict, words: int) -> float:
    if reading.answer is not None:
        return _SET_ANSWER
    less, more = sorted((reading.positive, reading.negative))
    covered = _covered(reading)
    if verdict.sentiment == "mixed":
        return interpolated(_MIXED, covered)
    if verdict.sentiment == "neutral":
        return interpolated(_NOTHING_FOUND, words) if not reading.hits else _LEANING_NOWHERE
    evidence = more - 2 * less
    sparse, dense = interpolated(_SPARSE, evidence), interpolated(_DENSE, evidence)
    return sparse + (dense - sparse) * min(1.0, covered / _COVERED)


def _covered(reading: Reading) -> float:
    """The share of the comment's tokens that weigh."""
    tokens = reading.clauses[-1][1] if reading.clauses else 0
    return sum([hit.last - hit.first for hit in reading.hits]) / max(tokens, 1)


def interpolated(points: tuple[tuple[float, float], ...], value: float) -> float:
    """The height at `value` of the line through `points`, level before the first and after the last."""
    place = bisect_right([at for at, _ in points], value)
    if place == 0:
        return points[0][1]
    if place == len(points):
        return points[-1][1]
    (left, low), (right, high) = points[place - 1], points[place]
    return low + (high - low) * (value - left) / (right - left)
