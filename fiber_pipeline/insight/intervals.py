"""Confidence intervals of the figures reports cite, for arrays of samples at once.

Every function takes counts or sums as arrays and returns the low and high ends, NaN where there is no sample.
The level is 95 % throughout, as `insights` promises.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

Z_95 = 1.959963984540054
# A variance below this share of the squares it is the difference of is the rounding of floats, not spread.
_ROUNDING = 1e-12
_PSEUDO = 0.75  # of each extreme, and twice that in the middle: three observations in all


def wilson(successes: Floats, sample: Floats) -> tuple[Floats, Floats]:
    """Return the score interval of a proportion, within [0, 1].

    Wilson (1927); recommended over the Wald interval at every sample size by Brown, Cai and DasGupta (2001),
    "Interval Estimation for a Binomial Proportion".
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        share = successes / sample
        spread = Z_95**2 / sample
        centre = (share + spread / 2) / (1 + spread)
        half = Z_95 / (1 + spread) * np.sqrt(share * (1 - share) / sample + spread / (4 * sample))
    return np.where(sample > 0, np.clip(centre - half, 0, 1), np.nan), np.where(
        sample > 0, np.clip(centre + half, 0, 1), np.nan
    )


def net_promoter(promoters: Floats, detractors: Floats, sample: Floats) -> tuple[Floats, Floats]:
    """Return the interval of a Net Promoter Score, within [-100, 100].

    The adjusted Wald interval with three pseudo-observations spread as 3/4, 3/2, 3/4, the best of those compared by
    Rocks (2016), "Interval Estimation for the Net Promoter Score", The American Statistician 70(4): close to its
    nominal coverage in samples as small as ten, where the plain Wald interval collapses to a point when all agree.
    The adjustment can leave the observed score of a handful of comments just outside; the interval is then widened
    to hold it.
    """
    score, variance = _adjusted_net(promoters, detractors, sample)
    half = Z_95 * np.sqrt(variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = (promoters - detractors) / sample
    return _around(observed, score - half, score + half, 1)


def net_promoter_difference(
    promoters: tuple[Floats, Floats], detractors: tuple[Floats, Floats], sample: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    """Return the interval of the first sample's NPS less the second's, within [-200, 200].

    The same adjustment to each of two independent samples; NaN where either is empty.
    """
    first, first_variance = _adjusted_net(promoters[0], detractors[0], sample[0])
    second, second_variance = _adjusted_net(promoters[1], detractors[1], sample[1])
    half = Z_95 * np.sqrt(first_variance + second_variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = (promoters[0] - detractors[0]) / sample[0] - (promoters[1] - detractors[1]) / sample[1]
    return _around(observed, first - second - half, first - second + half, 2)


def mean(total: Floats, squares: Floats, sample: Floats) -> tuple[Floats, Floats]:
    """Return Student's t interval of a mean from the sum and the sum of squares; none for fewer than two values."""
    from scipy.stats import t

    with np.errstate(divide="ignore", invalid="ignore"):
        average = total / sample
        deviations = squares - total * average
        variance = np.where(deviations > _ROUNDING * squares, deviations, 0) / (sample - 1)
        half = t.ppf(0.975, np.maximum(sample - 1, 1)) * np.sqrt(variance / sample)
    return np.where(sample > 1, average - half, np.nan), np.where(sample > 1, average + half, np.nan)


def _around(observed: Floats, low: Floats, high: Floats, most: float) -> tuple[Floats, Floats]:
    """In points, within the range a score can have, holding the observed one; NaN where there is none."""
    return 100 * np.clip(np.minimum(low, observed), -most, most), 100 * np.clip(np.maximum(high, observed), -most, most)


def _adjusted_net(promoters: Floats, detractors: Floats, sample: Floats) -> tuple[Floats, Floats]:
    adjusted = sample + 4 * _PSEUDO
    share_up, share_down = (promoters + _PSEUDO) / adjusted, (detractors + _PSEUDO) / adjusted
    score = share_up - share_down
    return score, (share_up + share_down - score**2) / adjusted
