from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
import pytest

from fiber_pipeline.insight import measure_forecasts
from fiber_pipeline.insight.months import next_month
from fiber_pipeline.tables import INSIGHTS
from fiber_pipeline_tests.insight.history import write_table


def _write_months(
    connection: duckdb.DuckDBPyConnection, figures: Mapping[str, Sequence[float]], *, last_day: int = 28
) -> None:
    """Write monthly figures from January 2024 on by metric (themes as theme_share), and the days they cover."""
    months = [next_month("2024-01", ahead) for ahead in range(max(len(values) for values in figures.values()))]
    rows = [
        (
            "month",
            month,
            *(("theme", metric, "theme_share") if metric not in ("nps", "volume") else ("all", "all", metric)),
            value,
        )
        for metric, values in figures.items()
        for month, value in zip(months, values, strict=False)
        if not np.isnan(value)
    ]
    rows += [("day", f"{month}-{day}", "all", "all", "volume", 1.0) for month in months for day in ("01", "28")]
    rows = [row for row in rows if row[1] != f"{months[-1]}-28"]
    rows.append(("day", f"{months[-1]}-{last_day:02d}", "all", "all", "volume", 1.0))
    names = ("period_kind", "period", "dimension", "member", "metric", "value")
    columns: dict[str, object] = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    write_table(
        connection,
        INSIGHTS,
        INSIGHTS.frame({**columns, "sample_size": 100, "low": None, "high": None, "is_small_sample": False}),
    )


def _forecasts(connection: duckdb.DuckDBPyConnection, metric: str, member: str = "all") -> list[dict[str, Any]]:
    rows = measure_forecasts(connection).to_dict("records")
    return [row for row in rows if (row["metric"], row["member"]) == (metric, member)]


def test_noise_around_a_level_is_smoothed(connection: duckdb.DuckDBPyConnection) -> None:
    _write_months(connection, {"nps": 20 + 5 * np.random.default_rng(2).standard_normal(24)}, last_day=31)
    rows = _forecasts(connection, "nps")
    assert [row["period"] for row in rows] == ["2026-01", "2026-02", "2026-03"]
    for row in rows:
        assert row["model"] == "exponential_smoothing"
        assert row["value"] == pytest.approx(20, abs=3)
        assert row["low"] < row["value"] < row["high"]
        assert row["backtest_error"] < row["naive_error"]


def test_trend_is_followed(connection: duckdb.DuckDBPyConnection) -> None:
    growing = 100 + 20 * np.arange(24) + 4 * np.random.default_rng(5).standard_normal(24)
    _write_months(connection, {"volume": growing}, last_day=31)
    rows = _forecasts(connection, "volume")
    assert rows[0]["model"] == "damped_trend"
    assert rows[2]["value"] > rows[0]["value"] > growing[-1]


def test_where_the_naive_forecast_is_better_it_is_used_and_said(connection: duckdb.DuckDBPyConnection) -> None:
    # A random walk's best forecast is its last value.
    walk = np.cumsum(8 * np.random.default_rng(1).standard_normal(24))
    _write_months(connection, {"nps": walk}, last_day=31)
    row = _forecasts(connection, "nps")[0]
    assert row["model"] == "naive"
    assert row["value"] == pytest.approx(walk[-1])
    assert row["backtest_error"] == row["naive_error"]
    assert "ningún modelo" in row["note"]


def test_intervals_hold_about_as_often_as_they_say(connection: duckdb.DuckDBPyConnection) -> None:
    dice = np.random.default_rng(9)
    drawn = {f"theme{n}": 0.2 + 0.03 * dice.standard_normal(25) for n in range(20)}
    _write_months(connection, {theme: values[:24] for theme, values in drawn.items()}, last_day=31)
    rows = [row for row in measure_forecasts(connection).to_dict("records") if row["period"] == "2026-01"]
    held = [row["low"] <= drawn[row["member"]][24] <= row["high"] for row in rows]
    assert len(held) == 20
    assert 0.6 <= np.mean(held) < 1


def test_flat_series_repeat_and_say_so(connection: duckdb.DuckDBPyConnection) -> None:
    _write_months(connection, {"volume": [50.0] * 12}, last_day=31)
    row = _forecasts(connection, "volume")[0]
    assert (row["value"], row["model"]) == (50, "naive")
    assert "no varió" in row["note"]


def test_forecasts_stay_possible(connection: duckdb.DuckDBPyConnection) -> None:
    _write_months(connection, {"app": [0.0, 0.01] * 6, "nps": [-100.0, -98.0] * 6}, last_day=31)
    frame = measure_forecasts(connection)
    shares, scores = frame[frame["metric"] == "theme_share"], frame[frame["metric"] == "nps"]
    assert shares[["value", "low", "high"]].stack().between(0, 1).all()
    assert scores[["value", "low", "high"]].stack().between(-100, 100).all()


@pytest.mark.parametrize("months", [1, 5])
def test_short_series_are_refused_with_the_reason(connection: duckdb.DuckDBPyConnection, months: int) -> None:
    _write_months(connection, {"nps": [10.0 + month for month in range(months)]}, last_day=31)
    (row,) = _forecasts(connection, "nps")
    assert (row["model"], row["period"], row["value"], row["history"]) == ("none", "none", None, months)
    assert f"hay {months}" in row["note"]


def test_month_in_progress_is_forecast_not_learnt_from(connection: duckdb.DuckDBPyConnection) -> None:
    _write_months(connection, {"volume": [100.0, 104, 98, 101, 99, 103, 97, 12]}, last_day=5)
    rows = _forecasts(connection, "volume")
    assert (rows[0]["period"], rows[0]["history"]) == ("2024-08", 7)
    assert rows[0]["value"] > 90


def test_gap_in_nps_starts_its_history_anew(connection: duckdb.DuckDBPyConnection) -> None:
    _write_months(connection, {"volume": [100.0] * 12, "nps": [5.0] * 8 + [np.nan] + [7.0] * 3}, last_day=31)
    (row,) = _forecasts(connection, "nps")
    assert (row["model"], row["history"]) == ("none", 3)


def test_history_end_to_end(history: duckdb.DuckDBPyConnection) -> None:
    frame = history.sql("FROM forecasts").df()
    assert set(frame["metric"]) == {"nps", "volume", "theme_share"}
    assert set(frame["period"]) == {"2026-07", "2026-08", "2026-09"}
    assert set(frame["history"]) == {20}
    assert frame["value"].notna().all()


def test_empty_tables(connection: duckdb.DuckDBPyConnection) -> None:
    frame = measure_forecasts(connection)
    assert set(zip(frame["metric"], frame["model"], strict=True)) == {("nps", "none"), ("volume", "none")}
