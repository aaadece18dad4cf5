"""Whether a monthly share is going somewhere, and whether its latest month stands out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fiber_pipeline.insight.intervals import Floats

FEWEST_MONTHS = 6
# A trend over more than two years says little about where a theme is going now.
MOST_MONTHS = 24
SIGNIFICANCE = 0.05
# A change over the whole window smaller than this part of the usual share is no news, however sure it is.
LEAST_CHANGE = 0.1
SPIKE_SCORE = 3.5
_MAD_TO_SIGMA = 1.4826


@dataclass(frozen=True)
class Trend:
    """A trend test's outcome: direction as in tables.vocabulary.TRENDS; p-value, null where it is unknown."""

    direction: str
    p_value: float | None


def find_trends(series: Sequence[Floats]) -> list[Trend]:
    """Test monthly series for a monotonic trend, together.

    Mann-Kendall's test (Mann 1945; Kendall's tau against time, exact for few months), which assumes neither a
    straight line nor normal noise; p-values are adjusted over all series for the false discovery rate (Benjamini
    and Hochberg 1995), since fourteen themes tested at 5 % would show a trend about every other time by chance. A
    trend is rising or falling if the adjusted p-value is below 5 % and the Theil-Sen line changes by at least a
    tenth of the median over the window; months beyond the last 24 are left out. Unknown under six months.
    """
    from scipy.stats import false_discovery_control, kendalltau, theilslopes

    windows = [values[-MOST_MONTHS:] for values in series]
    tested = [place for place, values in enumerate(windows) if len(values) >= FEWEST_MONTHS]
    if not tested:
        return [Trend("unknown", None)] * len(windows)
    raw = [kendalltau(np.arange(len(windows[place])), windows[place]).pvalue for place in tested]
    # A constant series has no rank correlation at all: nothing speaks for a trend.
    adjusted = false_discovery_control(np.nan_to_num(raw, nan=1.0))
    trends = [Trend("unknown", None)] * len(windows)
    for place, p_value in zip(tested, adjusted.tolist(), strict=True):
        values = windows[place]
        change = float(theilslopes(values)[0]) * (len(values) - 1)
        is_trend = p_value < SIGNIFICANCE and abs(change) >= LEAST_CHANGE * float(np.median(values))
        trends[place] = Trend(("rising" if change > 0 else "falling") if is_trend else "stable", p_value)
    return trends


def is_spike(counts: Floats, totals: Floats) -> bool:
    """Tell whether the last month's share stands out above the usual level.

    counts, totals: by month, oldest first. The usual level is the median share of up to twelve months before, and
    the spread their median absolute deviation, or the share's own sampling error where that is larger (few
    comments spread more, and equal months would have no spread at all). A spike is 3.5 spreads above it (the
    modified z-score of Iglewicz and Hoaglin 1993). Never one with fewer than six months before.
    """
    if len(counts) <= FEWEST_MONTHS:
        return False
    shares = counts / totals
    usual = shares[-13:-1]
    level = float(np.median(usual))
    deviation = _MAD_TO_SIGMA * float(np.median(np.abs(usual - level)))
    sampling = float(np.sqrt(max(level * (1 - level), 1 / totals[-1]) / totals[-1]))
    return bool((shares[-1] - level) / max(deviation, sampling) > SPIKE_SCORE)
