"""The forecasts as outputs show them: what is expected, how wide, and how often such intervals held."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import duckdb

from fiber_pipeline.outputs import labels, spanish
from fiber_pipeline.outputs.reading import Row, rows


class Kind(StrEnum):
    """What a forecast figure is, named as number formats are."""

    DECIMAL = "decimal"
    INTEGER = "integer"
    PERCENT = "percent"


_KINDS = {"nps": Kind.DECIMAL, "volume": Kind.INTEGER, "theme_share": Kind.PERCENT}


@dataclass(frozen=True)
class Forecast:
    """A month's forecast. `coverage` is the share of past test months that such an interval held."""

    subject: str
    period: str
    value: float
    low: float
    high: float
    kind: Kind
    history: int
    error: float | None
    naive_error: float | None
    coverage: float | None

    def written(self, value: float | None) -> str:
        """A figure of this forecast in Spanish."""
        if self.kind is Kind.PERCENT:
            return spanish.percent(value)
        return spanish.number(value, 1 if self.kind is Kind.DECIMAL else 0)


@dataclass(frozen=True)
class Forecasts:
    """All there is, most asked for first: NPS, volume, then themes. note: why there is none, or how they did in tests.

    nps: the rows of NPS as the table has them, for charts.
    """

    rows: Sequence[Forecast]
    note: str
    nps: Sequence[Row]


def read_forecasts(connection: duckdb.DuckDBPyConnection, names: Mapping[str, str]) -> Forecasts:
    """Read the forecasts; `names` are the Spanish names of themes."""
    found = rows(connection, "forecasts")
    told = [_forecast(row, names) for row in found if row["value"] is not None]
    if not told:
        return Forecasts([], " ".join(dict.fromkeys(row["note"] for row in found if row["note"])), [])
    nps = [row for row in found if row["metric"] == "nps" and row["member"] == "all" and row["value"] is not None]
    return Forecasts(told, _tested(told), nps)


def _forecast(row: Row, names: Mapping[str, str]) -> Forecast:
    metric = labels.label(labels.FORECAST_METRICS, row["metric"])
    return Forecast(
        metric if row["member"] == "all" else f"{metric}: {names.get(row['member'], row['member'])}",
        row["period"],
        row["value"],
        row["low"],
        row["high"],
        _KINDS[row["metric"]],
        row["history"],
        row["backtest_error"],
        row["naive_error"],
        row["backtest_coverage"],
    )


def _tested(told: Sequence[Forecast]) -> str:
    coverages = [forecast.coverage for forecast in told if forecast.coverage is not None]
    if not coverages:
        return ""
    held = spanish.percent(sum(coverages) / len(coverages), 0)
    return (
        "Cada pronóstico se probó sobre meses pasados que no conocía. Sus intervalos del 80 % acertaron en promedio en "
        f"el {held} de esas pruebas; la tabla da el acierto y el error de cada uno."
    )
