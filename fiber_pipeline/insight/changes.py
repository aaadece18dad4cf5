"""Whether a figure of one month differs from another's beyond chance: one test for summary, page and workbook."""

from math import hypot
from typing import NamedTuple

from fiber_pipeline.insight.counted_comments import SMALL_SAMPLE
from fiber_pipeline.insight.intervals import Z_95


class Measured(NamedTuple):
    """A figure of `insights`: its value, its 95 % interval and the comments it rests on."""

    value: float | None
    low: float | None
    high: float | None
    sample_size: int


def is_beyond_chance(before: Measured, after: Measured) -> bool:
    """Tell whether two figures differ by more than chance explains.

    They do when the difference exceeds 1.96 standard errors of itself; the standard errors are those of the two 95 %
    intervals. Small samples and figures without an interval never do.
    """
    one, other = _standard_error(before), _standard_error(after)
    if before.value is None or after.value is None or one is None or other is None:
        return False
    if min(before.sample_size, after.sample_size) < SMALL_SAMPLE:
        return False
    return abs(after.value - before.value) > Z_95 * hypot(one, other)


def _standard_error(figure: Measured) -> float | None:
    return None if figure.low is None or figure.high is None else (figure.high - figure.low) / (2 * Z_95)
