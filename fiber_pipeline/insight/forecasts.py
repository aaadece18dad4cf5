"""Fills `forecasts`: NPS, volume and theme shares three months ahead, where history allows."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-not-found,import-untyped,unused-ignore]

from fiber_pipeline.insight.counted_comments import read_sql
from fiber_pipeline.insight.intervals import Floats
from fiber_pipeline.insight.months import next_month, read_history
from fiber_pipeline.insight.spanish import decimal
from fiber_pipeline.insight.trends import find_trends
from fiber_pipeline.tables import FORECASTS

HORIZON = 3
FEWEST_MONTHS = 6
# A slope needs a year to tell it from a season's passing.
FEWEST_MONTHS_FOR_TREND = 12
_FEWEST_TO_FIT = 4
_MOST_ORIGINS = 6
_COVERAGE = 0.8
_Z_80 = 1.2815515655446004
_BACKTEST = ("backtest_error", "naive_error", "backtest_coverage", "backtest_months")
_BOUNDS = {"nps": (-100.0, 100.0), "volume": (0.0, np.inf), "theme_share": (0.0, 1.0)}

Model = Callable[[Floats, int], tuple[Floats, Floats]]


@dataclass(frozen=True)
class _Backtest:
    """How a model did on held-out months: for each origin, the errors one to three months ahead, and the half width
    of the interval it would have given there."""

    errors: list[Floats]
    halves: list[Floats]

    @property
    def mean_error(self) -> float:
        return float(np.mean(np.concatenate(self.errors)))

    @property
    def months(self) -> int:
        return sum(len(errors) for errors in self.errors)

    def widening(self, without: int | None = None) -> float:
        """By how much intervals must widen to have held as often as they say, at every origin but one."""
        kept = [place for place in range(len(self.errors)) if place != without]
        if not kept:
            return 1.0
        with np.errstate(divide="ignore", invalid="ignore"):
            scores = np.sort(np.concatenate([self.errors[place] / self.halves[place] for place in kept]))
        scores = scores[np.isfinite(scores)]
        if not len(scores):
            return 1.0
        place = min(int(np.ceil(_COVERAGE * (len(scores) + 1))), len(scores)) - 1
        return max(1.0, float(scores[place]))

    @property
    def coverage(self) -> float:
        """The share of held-out months within the interval, widened by what the other origins called for."""
        held = [
            errors <= self.widening(without=place) * halves
            for place, (errors, halves) in enumerate(zip(self.errors, self.halves, strict=True))
        ]
        return float(np.mean(np.concatenate(held)))


@dataclass(frozen=True)
class _Forecast:
    model: str
    value: Floats
    half: Floats
    backtest: _Backtest
    naive_error: float
    note: str | None


def measure_forecasts(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return the FORECASTS frame: NPS, volume and every theme's share, three months past the last whole month.

    Reads the monthly figures of `insights`. Only whole months are history (`complete_months`), so the month in
    progress is forecast rather than learnt from. Each series is tried with simple exponential smoothing, with a
    damped trend where a year or more shows one, and with repeating the last month (statsmodels' ETS; Hyndman and
    Athanasopoulos, "Forecasting: Principles and Practice", chapter 8): each forecasts up to six held-out origins
    one to three months ahead, and the one with the smallest mean absolute error there is used. Its 80 % interval is
    widened for how few months its parameters rest on, and by as much as its errors there call for: the conformal
    quantile of errors over half widths (Vovk, Gammerman and Shafer 2005; never less than one). `backtest_coverage` is
    how often held-out months then lay inside, each origin judged by the widening of the others. Where no model beats
    repeating the last month, that is used and `note` says so. Series of fewer than six months get one row with model
    `none` and the reason in `note`.
    """
    history = read_history(connection)
    figures = connection.execute(read_sql("monthly_series")).df()
    known = {
        key: dict(zip(rows["period"], rows["value"], strict=True))
        for key, rows in figures.groupby(["metric", "member"])
    }
    wanted = [
        ("nps", "all"),
        ("volume", "all"),
        *((str(metric), str(member)) for metric, member in known if metric == "theme_share"),
    ]
    rows: list[dict[str, object]] = []
    # A fit is a few dozen numbers; threads that wait for one another take three times as long over it.
    with threadpool_limits(limits=1, user_api="blas"):
        for metric, member in wanted:
            series = _series(known.get((metric, member), {}), history, metric)
            rows += _rows(metric, member, series, history)
    columns = {name: [row[name] for row in rows] for name in FORECASTS.columns}
    return FORECASTS.validate(FORECASTS.frame(columns))


def _series(values: Mapping[str, float], history: list[str], metric: str) -> Floats:
    """The figures of the latest months in a row that have one; a theme nobody spoke of had a share of none."""
    missing = 0.0 if metric == "theme_share" else np.nan
    series: Floats = np.array([values.get(month, missing) for month in history], dtype="float64")
    gaps = np.flatnonzero(np.isnan(series))
    return series[gaps[-1] + 1 :] if len(gaps) else series


def _rows(metric: str, member: str, series: Floats, history: list[str]) -> list[dict[str, object]]:
    base: dict[str, object] = {"metric": metric, "member": member, "history": len(series)}
    if len(series) < FEWEST_MONTHS:
        note = (
            f"Sin pronóstico: hacen falta al menos {FEWEST_MONTHS} meses completos y seguidos, y hay {len(series)}. "
            "El mes en curso no cuenta."
        )
        nothing = dict.fromkeys(("value", "low", "high", *_BACKTEST))
        return [{**base, **nothing, "period": "none", "model": "none", "note": note}]
    forecast = _forecast(series, metric)
    least, most = _BOUNDS[metric]
    return [
        {
            **base,
            "period": next_month(history[-1], ahead + 1),
            "value": float(np.clip(forecast.value[ahead], least, most)),
            "low": float(np.clip(forecast.value[ahead] - forecast.half[ahead], least, most)),
            "high": float(np.clip(forecast.value[ahead] + forecast.half[ahead], least, most)),
            "model": forecast.model,
            "backtest_error": forecast.backtest.mean_error,
            "naive_error": forecast.naive_error,
            "backtest_coverage": forecast.backtest.coverage,
            "backtest_months": forecast.backtest.months,
            "note": forecast.note,
        }
        for ahead in range(HORIZON)
    ]


def _forecast(series: Floats, metric: str) -> _Forecast:
    naive = _backtest(_naive, series)
    if np.ptp(series) == 0:
        # Nothing to fit, and no noise to make an interval of.
        note = "La serie no varió en todo el período: se repite su valor y el intervalo no mide incertidumbre."
        return _Forecast("naive", *_naive(series, HORIZON), naive, naive.mean_error, note)
    models: dict[str, Model] = {"exponential_smoothing": _smoothing}
    if len(series) >= FEWEST_MONTHS_FOR_TREND and find_trends([series])[0].direction != "stable":
        models["damped_trend"] = _damped_trend
    tested = {name: _backtest(model, series) for name, model in models.items()}
    best = min(tested, key=lambda name: tested[name].mean_error)
    name, model, backtest, remark = best, models[best], tested[best], None
    if backtest.mean_error >= naive.mean_error:
        decimals = 3 if metric == "theme_share" else 1
        remark = (
            "Se repite el último mes completo: ningún modelo lo mejoró en los meses de prueba "
            f"(error medio {decimal(naive.mean_error, decimals)}, frente a {decimal(backtest.mean_error, decimals)})."
        )
        name, model, backtest = "naive", _naive, naive
    value, half = model(series, HORIZON)
    return _Forecast(name, value, half * backtest.widening(), backtest, naive.mean_error, remark)


def _backtest(model: Model, series: Floats) -> _Backtest:
    """Forecast one to three months ahead of each of the latest origins that leave enough to fit."""
    tested = _Backtest([], [])
    for origin in range(max(_FEWEST_TO_FIT, len(series) - _MOST_ORIGINS), len(series)):
        actual = series[origin : origin + HORIZON]
        value, half = model(series[:origin], len(actual))
        tested.errors.append(np.abs(value - actual))
        tested.halves.append(half)
    return tested


def _naive(series: Floats, horizon: int) -> tuple[Floats, Floats]:
    spread = np.sqrt(np.mean(np.diff(series) ** 2)) * np.sqrt(np.arange(1, horizon + 1))
    return np.full(horizon, series[-1]), _Z_80 * spread


def _smoothing(series: Floats, horizon: int) -> tuple[Floats, Floats]:
    return _ets(series, horizon, {})


def _damped_trend(series: Floats, horizon: int) -> tuple[Floats, Floats]:
    return _ets(series, horizon, {"trend": "add", "damped_trend": True})


def _ets(series: Floats, horizon: int, options: Mapping[str, object]) -> tuple[Floats, Floats]:
    """The expected values and the half widths of their 80 % intervals."""
    from scipy.stats import t
    from statsmodels.tools.sm_exceptions import ConvergenceWarning
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    if np.ptp(series) == 0:
        return _naive(series, horizon)
    # Scaled, since the optimiser's steps do not suit shares of a few thousandths; unconverged fits still answer for
    # themselves in the backtest.
    centre, scale = float(np.mean(series)), float(np.std(series))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = ETSModel(pd.Series((series - centre) / scale), error="add", **options).fit(disp=0)
        table = fitted.get_prediction(len(series), len(series) + horizon - 1).summary_frame(alpha=1 - _COVERAGE)
    value, high = (centre + scale * table[name].to_numpy() for name in ("mean", "pi_upper"))
    # The fit's variance is a maximum likelihood estimate, too small by the parameters it has used up.
    freedom = max(len(series) - len(fitted.params), 1)
    return value, (high - value) * np.sqrt(len(series) / freedom) * t.ppf((1 + _COVERAGE) / 2, freedom) / _Z_80
