import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from fiber_pipeline.insight import intervals


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_agrees_with_statsmodels(sample: tuple[int, int]) -> None:
    successes, size = sample
    low, high = intervals.wilson(np.array([successes], dtype=float), np.array([size], dtype=float))
    expected = proportion_confint(successes, size, method="wilson")
    assert (low[0], high[0]) == pytest.approx(expected, abs=1e-9)


def test_net_promoter_by_hand() -> None:
    # 50 promoters, 30 detractors of 100; adjusted to 50.75, 30.75 of 103.
    low, high = intervals.net_promoter(np.array([50.0]), np.array([30.0]), np.array([100.0]))
    up, down = 50.75 / 103, 30.75 / 103
    half = 1.959964 * np.sqrt((up + down - (up - down) ** 2) / 103)
    assert low[0] == pytest.approx(100 * (up - down - half), abs=1e-3)
    assert high[0] == pytest.approx(100 * (up - down + half), abs=1e-3)


@given(
    st.integers(1, 300).flatmap(
        lambda n: st.integers(0, n).flatmap(lambda p: st.tuples(st.just(n), st.just(p), st.integers(0, n - p)))
    )
)
def test_net_promoter_holds_the_score_and_stays_in_range(groups: tuple[int, int, int]) -> None:
    size, promoters, detractors = groups
    low, high = intervals.net_promoter(
        np.array([promoters * 1.0]), np.array([detractors * 1.0]), np.array([size * 1.0])
    )
    score = 100 * (promoters - detractors) / size
    assert -100 <= low[0] <= score + 1e-9
    assert score - 1e-9 <= high[0] <= 100
    assert low[0] < high[0]


def test_net_promoter_covers_in_small_samples() -> None:
    dice = np.random.default_rng(3)
    drawn = dice.multinomial(15, [0.5, 0.3, 0.2], size=4000)
    low, high = intervals.net_promoter(drawn[:, 0] * 1.0, drawn[:, 2] * 1.0, np.full(4000, 15.0))
    covered = np.mean((low <= 30) & (high >= 30))
    assert covered > 0.93


def test_difference_covers_the_true_difference() -> None:
    dice = np.random.default_rng(4)
    few, many = dice.multinomial(20, [0.2, 0.3, 0.5], size=4000), dice.multinomial(200, [0.5, 0.3, 0.2], size=4000)
    low, high = intervals.net_promoter_difference(
        (few[:, 0] * 1.0, many[:, 0] * 1.0),
        (few[:, 2] * 1.0, many[:, 2] * 1.0),
        (np.full(4000, 20.0), np.full(4000, 200.0)),
    )
    assert 0.93 < np.mean((low <= -60) & (high >= -60)) <= 1


def test_mean_is_students_t() -> None:
    values = np.array([0.1, 0.4, -0.2, 0.6, 0.3])
    low, high = intervals.mean(np.array([values.sum()]), np.array([(values**2).sum()]), np.array([5.0]))
    half = 2.776445 * values.std(ddof=1) / np.sqrt(5)
    assert (low[0], high[0]) == pytest.approx((values.mean() - half, values.mean() + half), abs=1e-6)


def test_equal_values_have_no_spread_however_their_sums_round() -> None:
    total, squares = sum([0.7] * 3), sum([0.7 * 0.7] * 3)
    assert squares != total * total / 3
    low, high = intervals.mean(np.array([total]), np.array([squares]), np.array([3.0]))
    assert (low[0], high[0]) == pytest.approx((0.7, 0.7), abs=1e-15)


def test_no_sample_has_no_interval() -> None:
    none = np.array([0.0])
    bounds = [
        *intervals.wilson(none, none),
        *intervals.net_promoter(none, none, none),
        *intervals.mean(none, none, none),
        *intervals.net_promoter_difference((none, none), (none, none), (none, none)),
        *intervals.mean(np.array([0.5]), np.array([0.25]), np.array([1.0])),
    ]
    assert np.isnan(bounds).all()
