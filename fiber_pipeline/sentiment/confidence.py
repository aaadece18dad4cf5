"""How sure a label is: the chance that a person would give the same one.

Evidence grows with the weight behind the label and shrinks with the weight against it. It is mapped to a chance by
straight lines through a few round points, which rise throughout, so that more evidence is never less sure. What
the map is worth is measured by the reliability table of the quality benchmark.
"""

from bisect import bisect_right

from fiber_pipeline.sentiment.labels import MIXED_SHARE, Verdict
from fiber_pipeline.sentiment.reading import Reading

# (evidence, chance)
_POLAR = ((0.0, 0.50), (0.5, 0.58), (1.0, 0.66), (2.0, 0.78), (3.0, 0.85), (5.0, 0.92), (8.0, 0.96))
_SET_ANSWER = 0.95
_NOTHING_FOUND = ((0.0, 0.90), (1.0, 0.85), (4.0, 0.62), (8.0, 0.52), (16.0, 0.45))
_LEANING_NOWHERE = 0.5
_MIXED = ((0.3, 0.50), (0.6, 0.68), (1.0, 0.75))
_FROM_GLOSS = 0.85


def confidence(reading: Reading, verdict: Verdict, words: int, *, from_gloss: bool = False) -> float:
    """The chance in [0, 1] that `verdict` on a comment of so many `words` is right, before NPS and rating speak."""
    chance = _chance(reading, verdict, words)
    return round(chance * _FROM_GLOSS if from_gloss else chance, 3)


def _chance(reading: Reading, verdict: Verdict, words: int) -> float:
    if reading.answer is not None:
        return _SET_ANSWER
    less, more = sorted((reading.positive, reading.negative))
    if verdict.sentiment == "mixed":
        return interpolated(_MIXED, max(less / more, MIXED_SHARE))
    if verdict.sentiment == "neutral":
        return interpolated(_NOTHING_FOUND, words) if not reading.hits else _LEANING_NOWHERE
    return interpolated(_POLAR, more - 2 * less)


def interpolated(points: tuple[tuple[float, float], ...], value: float) -> float:
    """The height at `value` of the line through `points`, level before the first and after the last."""
    place = bisect_right([at for at, _ in points], value)
    if place == 0:
        return points[0][1]
    if place == len(points):
        return points[-1][1]
    (left, low), (right, high) = points[place - 1], points[place]
    return low + (high - low) * (value - left) / (right - left)
