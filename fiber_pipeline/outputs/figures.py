"""The figures that outputs lead with, as `insights` measured them: in total, by month, against the month before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

import duckdb

from fiber_pipeline.insight import Measured, begins_late, ends_early, is_beyond_chance, read_history, read_month_days
from fiber_pipeline.outputs import spanish
from fiber_pipeline.outputs.reading import Row, rows

ALL = "all"
_LONGEST_SILENCE = 6


class Unit(Enum):
    """What a figure is counted in, which decides how it is written."""

    POINTS = "points"
    SHARE = "share"
    COMMENTS = "comments"


@dataclass(frozen=True)
class Measure:
    """A metric of `insights` as readers know it. `good` is +1 if more is better, -1 if less is, 0 if neither."""

    metric: str
    label: str
    meaning: str
    unit: Unit
    good: int


MEASURES = (
    Measure("nps", "NPS", "Promotores menos detractores, de −100 a 100", Unit.POINTS, 1),
    Measure("csat", "Satisfacción (CSAT)", "Calificaciones de 4 y 5 sobre 5, o de 8 a 10 sobre 10", Unit.SHARE, 1),
    Measure("negative_share", "Comentarios negativos", "Sobre los comentarios con contenido", Unit.SHARE, -1),
    Measure("positive_share", "Comentarios positivos", "Sobre los comentarios con contenido", Unit.SHARE, 1),
    Measure("volume", "Respuestas recibidas", "Sin contar duplicados", Unit.COMMENTS, 0),
    Measure("urgent_share", "Comentarios urgentes", "Piden una respuesta inmediata", Unit.SHARE, -1),
    Measure("churn_risk_share", "Respuestas con riesgo de baja", "Con señales de que el cliente se va", Unit.SHARE, -1),
)
SENTIMENT_METRICS = {
    "positive_share": "positive",
    "neutral_share": "neutral",
    "negative_share": "negative",
    "mixed_share": "mixed",
}


@dataclass(frozen=True)
class Figure:
    """A measured value with its 95 % interval (None where it has none) and the comments behind it."""

    value: float | None
    low: float | None
    high: float | None
    sample_size: int
    is_small_sample: bool

    @property
    def measured(self) -> Measured:
        """The same as `insight` compares it."""
        return Measured(self.value, self.low, self.high, self.sample_size)


@dataclass(frozen=True)
class KeyFigure:
    """A metric over everything and, where comments have dates, in the current month and the one before."""

    measure: Measure
    overall: Figure
    current: Figure | None
    previous: Figure | None

    @property
    def shown(self) -> Figure:
        """The current month's figure, or the overall one where there are no months."""
        return self.current or self.overall

    @property
    def change(self) -> float | None:
        """The current month less the month before, in the figure's own unit."""
        if self.current is None or self.previous is None or self.current.value is None or self.previous.value is None:
            return None
        return self.current.value - self.previous.value

    @property
    def is_change_clear(self) -> bool:
        """Whether the change is beyond chance (`insight.is_beyond_chance`)."""
        if self.current is None or self.previous is None:
            return False
        return is_beyond_chance(self.previous.measured, self.current.measured)

    @property
    def verdict(self) -> str:
        """`better`, `worse`, `changed` (neither good nor bad) or `unclear`."""
        if not self.is_change_clear or self.change is None:
            return "unclear"
        way = self.measure.good * (1 if self.change > 0 else -1)
        return {1: "better", -1: "worse", 0: "changed"}[way]

    @property
    def change_text(self) -> str:
        """The change with its unit: `+3,2 puntos`, `−1,4 p. p.`, `+120`."""
        if self.change is None:
            return spanish.ABSENT
        if self.measure.unit is Unit.POINTS:
            return f"{spanish.signed(self.change)} puntos"
        if self.measure.unit is Unit.SHARE:
            return f"{spanish.signed(self.change * 100)} p.\u00a0p."
        return spanish.signed(self.change, 0)


@dataclass(frozen=True)
class Figures:
    """What `insights` says in total and by month.

    current: the month that key figures speak of, as the summary does: the last complete one, or the latest where
        none is complete; None without dates. before: the month it is compared with, complete like it; None if there
        is none.
    months: every month from the first to the latest, without holes; by_month: figures by month and metric.
    incomplete: the first and the last month, if their comments begin late or end early, with the first and the last
        day that has one.

    Months lie in the stretch that has most comments; months cut off from it by more than half a year are taken for
    mistyped dates, which would stretch every chart over decades.
    """

    keys: Sequence[KeyFigure]
    current: str | None
    before: str | None
    months: Sequence[str]
    by_month: Mapping[str, Mapping[str, Figure]]
    overall: Mapping[str, Figure]
    incomplete: Mapping[str, tuple[date, date]]

    @property
    def is_current_complete(self) -> bool:
        """Whether the month of the key figures is over, so that its volume may be compared."""
        return self.current is not None and self.current not in self.incomplete

    def series(self, metric: str) -> list[tuple[str, Figure | None]]:
        """The metric month by month; None for a month without it."""
        return [(month, self.by_month.get(month, {}).get(metric)) for month in self.months]


def read_figures(connection: duckdb.DuckDBPyConnection) -> Figures:
    """Read the figures of `insights`."""
    overall: dict[str, Figure] = {}
    by_month: dict[str, dict[str, Figure]] = {}
    for row in rows(connection, "figures"):
        group = overall if row["period_kind"] == ALL else by_month.setdefault(row["period"], {})
        group[row["metric"]] = _figure(row)
    months = _main_stretch({month: found["volume"].sample_size for month, found in by_month.items()})
    complete = read_history(connection)
    current, before = _compared(complete or months)
    keys = [
        KeyFigure(
            measure,
            overall[measure.metric],
            by_month.get(current or "", {}).get(measure.metric),
            by_month.get(before or "", {}).get(measure.metric),
        )
        for measure in MEASURES
        if measure.metric in overall and overall[measure.metric].sample_size > 0
    ]
    days = read_month_days(connection)
    incomplete = {
        month: days[month]
        for month, is_cut in (
            *((month, begins_late(month, days[month][0])) for month in months[:1]),
            *((month, ends_early(month, days[month][1])) for month in months[-1:]),
        )
        if is_cut
    }
    return Figures(keys, current, before, months, by_month, overall, incomplete)


def _compared(months: Sequence[str]) -> tuple[str | None, str | None]:
    return (months[-1] if months else None, months[-2] if len(months) > 1 else None)


def written(value: float | None, unit: Unit) -> str:
    """A figure in Spanish with its unit."""
    if unit is Unit.SHARE:
        return spanish.percent(value)
    return spanish.number(value, 1 if unit is Unit.POINTS else 0)


def interval(figure: Figure, unit: Unit) -> str:
    """`12,1 a 18,4`, or that there is none."""
    if figure.low is None or figure.high is None:
        return "sin intervalo"
    return f"{written(figure.low, unit)} a {written(figure.high, unit)}"


def _figure(row: Row) -> Figure:
    return Figure(row["value"], row["low"], row["high"], row["sample_size"], row["is_small_sample"])


def _main_stretch(volumes: Mapping[str, int]) -> list[str]:
    stretches: list[list[int]] = []
    for place in sorted(_ordinal(month) for month in volumes):
        if stretches and place - stretches[-1][-1] <= _LONGEST_SILENCE:
            stretches[-1].append(place)
        else:
            stretches.append([place])
    if not stretches:
        return []
    comments = {_ordinal(month): volume for month, volume in volumes.items()}
    main = max(stretches, key=lambda stretch: sum(comments[place] for place in stretch))
    return [f"{_first_day(place):%Y-%m}" for place in range(main[0], main[-1] + 1)]


def _ordinal(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def _first_day(ordinal: int) -> date:
    return date(ordinal // 12, ordinal % 12 + 1, 1)
