import numpy as np
import pytest

from fiber_pipeline.insight.trends import find_trends, is_spike


def _noisy(slope: float, months: int, seed: int) -> np.ndarray:  # type: ignore[type-arg]
    return 0.15 + slope * np.arange(months) + 0.01 * np.random.default_rng(seed).standard_normal(months)


@pytest.mark.parametrize(("slope", "direction"), [(0.006, "rising"), (-0.006, "falling")])
def test_planted_trend_is_found(slope: float, direction: str) -> None:
    series = [_noisy(slope, 18, 0), *(_noisy(0, 18, seed) for seed in range(1, 14))]
    assert find_trends(series)[0].direction == direction


def test_noise_is_rarely_a_trend() -> None:
    # Fourteen flat themes at a time: at most one run in twenty may see anything in any of them.
    runs = [find_trends([_noisy(0, 18, 100 * run + theme) for theme in range(14)]) for run in range(40)]
    false_alarms = sum(any(trend.direction != "stable" for trend in run) for run in runs)
    assert false_alarms <= 4


def test_sure_but_tiny_change_is_stable() -> None:
    (trend,) = find_trends([0.2 + 0.0001 * np.arange(24)])
    assert trend.direction == "stable"
    assert trend.p_value is not None
    assert trend.p_value < 0.001


def test_few_months_are_unknown_and_constant_ones_stable() -> None:
    unknown, constant = find_trends([np.arange(5.0), np.full(12, 0.1)])
    assert (unknown.direction, unknown.p_value) == ("unknown", None)
    assert (constant.direction, constant.p_value) == ("stable", 1.0)


def test_old_trends_are_forgotten() -> None:
    flat = np.tile([0.5, 0.52, 0.51, 0.49, 0.5, 0.48], 4)
    (trend,) = find_trends([np.concatenate([np.linspace(0.1, 0.5, 24), flat])])
    assert trend.direction == "stable"


def test_spike_stands_above_the_usual_level() -> None:
    totals = np.full(13, 400.0)
    usual = np.array([40, 44, 38, 41, 39, 42, 40, 43, 37, 40, 41, 39], dtype=float)
    assert is_spike(np.append(usual, 120.0), totals)
    assert not is_spike(np.append(usual, 44.0), totals)
    assert not is_spike(np.append(usual, 0.0), totals)


def test_few_comments_or_months_make_no_spike() -> None:
    assert not is_spike(np.array([1.0] * 12 + [3.0]), np.full(13, 30.0))
    assert not is_spike(np.array([1.0] * 5 + [200.0]), np.full(6, 400.0))


def test_theme_never_heard_of_before_spikes() -> None:
    assert is_spike(np.array([0.0] * 8 + [40.0]), np.full(9, 400.0))
    assert not is_spike(np.array([0.0] * 8 + [2.0]), np.full(9, 400.0))
