"""How sure a label is: the chance that a person would give the same one.

Evidence grows with the weight behind the label, shrinks with the weight against it, and thins out in long texts,
which say more than was matched. It is mapped to a chance by straight lines through a few round points, which rise
throughout, so that more evidence is never less sure. What the map is worth is measured by the reliability table of
the quality benchmark: on short comments of the trade it promises less than it keeps, on tweets more.
"""

import math
from bisect import bisect_right

from fiber_pipeline.sentiment.labels import Verdict
from fiber_pipeline.sentiment.reading import Reading

# (evidence, chance)
_POLAR = ((0.0, 0.45), (0.5, 0.55), (1.0, 0.68), (2.0, 0.84), (3.0, 0.90), (5.0, 0.94), (8.0, 0.96))
_SET_ANSWER = 0.96
# (words, chance) where nothing weighs: a short comment says nothing, in a long one something may have been missed.
_NOTHING_FOUND = ((0.0, 0.95), (3.0, 0.85), (8.0, 0.70), (16.0, 0.50))
_LEANING_NOWHERE = 0.45
# (lesser side as a share of the greater, chance)
_MIXED = ((0.45, 0.60), (0.7, 0.72), (1.0, 0.80))
_FROM_GLOSS = 0.85
_FULL_LENGTH = 8


def confidence(reading: Reading, verdict: Verdict, words: int, *, from_gloss: bool = False) -> float:
    """The chance in [0, 1] that `verdict` on a comment of so many `words` is right, before NPS and rating speak."""
    chance = _chance(reading, verdict, words)
    return round(chance * _FROM_GLOSS if from_gloss else chance, 3)


def _chance(reading: Reading, verdict: Verdict, words: int) -> float:
    if reading.answer is not None:
        return _SET_ANSWER
    less, more = sorted((reading.positive, reading.negative))
    if verdict.sentiment == "mixed":
        return interpolated(_MIXED, less / more) * _thinness(words)
    if verdict.sentiment == "neutral":
        return interpolated(_NOTHING_FOUND, words) if not reading.hits else _LEANING_NOWHERE
    return interpolated(_POLAR, (more - 2 * less) * _thinness(words))


def _thinness(words: int) -> float:
    """What is left of evidence in a text of so many words: all up to the usual length, then less by the root."""
    return min(1.0, math.sqrt(_FULL_LENGTH / max(words, 1)))


def interpolated(points: tuple[tuple[float, float], ...], value: float) -> float:
    """The height at `value` of the line through `points`, level before the first and after the last."""
    place = bisect_right([at for at, _ in points], value)
    if place == 0:
        return points[0][1]
    if place == len(points):
        return points[-1][1]
    (left, low), (right, high) = points[place - 1], points[place]
    return low + (high - low) * (value - left) / (right - left)
