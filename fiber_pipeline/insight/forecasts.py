"""Fills `forecasts`: NPS, volume and theme shares three months ahead, where history allows."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd

from fiber_pipeline.insight.counted_comments import read_sql
from fiber_pipeline.insight.intervals import Floats
from fiber_pipeline.insight.months import complete_months, next_month
from fiber_pipeline.insight.spanish import decimal
from fiber_pipeline.insight.trends import find_trends
from fiber_pipeline.tables import FORECASTS

HORIZON = 3
FEWEST_MONTHS = 6
# A slope needs a year to tell it from a season's passing.
FEWEST_MONTHS_FOR_TREND = 12
_FEWEST_TO_FIT = 4
_MOST_ORIGINS = 5
_COVERAGE = 0.8
_Z_80 = 1.2815515655446004
# What a normal error of one standard deviation is on average.
_MEAN_TO_DEVIATION = 1.2533141373155003
_BOUNDS = {"nps": (-100.0, 100.0), "volume": (0.0, np.inf), "theme_share": (0.0, 1.0)}

Model = Callable[[Floats, int], tuple[Floats, Floats, Floats]]


@dataclass(frozen=True)
class _Forecast:
    model: str
    value: Floats
    low: Floats
    high: Floats
    error: float | None
    naive_error: float | None
    note: str | None


def read_history(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the months in `insights` that count as history (`complete_months`)."""
    rows = connection.execute(read_sql("monthly_days")).fetchall()
    return complete_months({month: (first, last) for month, first, last in rows})


def measure_forecasts(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return the FORECASTS frame: NPS, volume and every theme's share, three months past the last whole month.

    Reads the monthly figures of `insights`. Only whole months are history (`complete_months`), so the month in
    progress is forecast rather than learnt from. Each series is tried with simple exponential smoothing, with a
    damped trend where a year or more shows one, and with repeating the last month (statsmodels' ETS; Hyndman and
    Athanasopoulos, "Forecasting: Principles and Practice", chapter 8): each forecasts up to five held-out origins
    one to three months ahead, and the one with the smallest mean absolute error there is used. Its 80 % interval is
    widened for how few months its parameters rest on, and to no less than its errors there call for. Where none
    beats repeating the last month, that is used and `note` says so. Series of fewer than six months get one row
    with model `none` and the reason in `note`.
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
        nothing = dict.fromkeys(("value", "low", "high", "backtest_error", "naive_error"))
        return [{**base, **nothing, "period": "none", "model": "none", "note": note}]
    forecast = _forecast(series, metric)
    least, most = _BOUNDS[metric]
    return [
        {
            **base,
            "period": next_month(history[-1], ahead + 1),
            "value": float(np.clip(forecast.value[ahead], least, most)),
            "low": float(np.clip(forecast.low[ahead], least, most)),
            "high": float(np.clip(forecast.high[ahead], least, most)),
            "model": forecast.model,
            "backtest_error": forecast.error,
            "naive_error": forecast.naive_error,
            "note": forecast.note,
        }
        for ahead in range(HORIZON)
    ]


def _forecast(series: Floats, metric: str) -> _Forecast:
    naive_error = _backtest(_naive, series)
    if np.ptp(series) == 0:
        # Nothing to fit, and no noise to make an interval of.
        note = "La serie no varió en todo el período: se repite su valor y el intervalo no mide incertidumbre."
        return _Forecast("naive", *_naive(series, HORIZON), naive_error, naive_error, note)
    models: dict[str, Model] = {"exponential_smoothing": _smoothing}
    if len(series) >= FEWEST_MONTHS_FOR_TREND and find_trends([series])[0].direction != "stable":
        models["damped_trend"] = _damped_trend
    errors = {name: _backtest(model, series) for name, model in models.items()}
    best = min(errors, key=lambda name: errors[name])
    decimals = 3 if metric == "theme_share" else 1
    if errors[best] >= naive_error:
        note = (
            "Se repite el último mes completo: ningún modelo lo mejoró en los meses de prueba "
            f"(error medio {decimal(naive_error, decimals)}, frente a {decimal(errors[best], decimals)})."
        )
        return _Forecast("naive", *_naive(series, HORIZON), naive_error, naive_error, note)
    value, low, high = models[best](series, HORIZON)
    least = _Z_80 * _MEAN_TO_DEVIATION * errors[best]
    return _Forecast(
        best, value, np.minimum(low, value - least), np.maximum(high, value + least), errors[best], naive_error, None
    )


def _backtest(model: Model, series: Floats) -> float:
    """Mean absolute error over rolling origins, one to three months ahead of each."""
    first = max(_FEWEST_TO_FIT, len(series) - _MOST_ORIGINS)
    errors = []
    for origin in range(first, len(series)):
        actual = series[origin : origin + HORIZON]
        value, _, _ = model(series[:origin], len(actual))
        errors.append(np.abs(value - actual))
    return float(np.mean(np.concatenate(errors)))


def _naive(series: Floats, horizon: int) -> tuple[Floats, Floats, Floats]:
    value = np.full(horizon, series[-1])
    spread = np.sqrt(np.mean(np.diff(series) ** 2)) * np.sqrt(np.arange(1, horizon + 1))
    return value, value - _Z_80 * spread, value + _Z_80 * spread


def _smoothing(series: Floats, horizon: int) -> tuple[Floats, Floats, Floats]:
    return _ets(series, horizon, {})


def _damped_trend(series: Floats, horizon: int) -> tuple[Floats, Floats, Floats]:
    return _ets(series, horizon, {"trend": "add", "damped_trend": True})


def _ets(series: Floats, horizon: int, options: Mapping[str, object]) -> tuple[Floats, Floats, Floats]:
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
    half = (high - value) * np.sqrt(len(series) / freedom) * t.ppf((1 + _COVERAGE) / 2, freedom) / _Z_80
    return value, value - half, value + half
