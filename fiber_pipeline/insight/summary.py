"""The executive summary in Spanish, out of the tables, sentence by checked sentence."""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from fiber_pipeline.insight.changes import Measured, is_beyond_chance
from fiber_pipeline.insight.citations import Figure, Statement, cite, keep_verified
from fiber_pipeline.insight.counted_comments import SMALL_SAMPLE
from fiber_pipeline.insight.months import read_history
from fiber_pipeline.insight.recommendations import ENGINE, MODEL, describe_theme
from fiber_pipeline.insight.spanish import count_of, decimal, percent, whole

_WHOLE = ("insights", "all", "all", "all", "all")
_MAIN_THEME = """
SELECT theme, label_es, examples FROM themes
WHERE priority > 0 AND NOT is_small_sample ORDER BY priority DESC, theme LIMIT 1
"""
_SPIKES = "SELECT label_es, examples FROM themes WHERE is_spike ORDER BY priority DESC NULLS LAST, theme"
_NEXT_NPS = "SELECT min(period) FROM forecasts WHERE metric = 'nps' AND member = 'all' AND model <> 'none'"


@dataclass(frozen=True)
class ExecutiveSummary:
    """What to know in a minute.

    dropped: statements that failed `verify_citations`, each with the reason.
    engine, model, prompt_version: who wrote it.
    fallback_reason: why it has the rules' words though a service is there to write it; None where that is not so.
    """

    statements: tuple[Statement, ...]
    dropped: tuple[tuple[Statement, str], ...]
    engine: str = ENGINE
    model: str = MODEL
    prompt_version: str | None = None
    fallback_reason: str | None = None

    @property
    def text(self) -> str:
        """The statements as one paragraph."""
        return " ".join(statement.text for statement in self.statements)


def summarise(connection: duckdb.DuckDBPyConnection) -> ExecutiveSummary:
    """Return the executive summary of `insights`, `themes` and `forecasts`, rule-based and in Spanish.

    Every statement carries the figures and the comments it rests on; those that do not match the tables are
    dropped. Without comments, it says that there are none; before `insights` was ever filled, it is empty.
    """
    kept, dropped = keep_verified(connection, _state(connection))
    return ExecutiveSummary(kept, dropped)


def _state(connection: duckdb.DuckDBPyConnection) -> Iterator[Statement]:
    volume, informative = (
        cite(connection, *_WHOLE, "volume", "value"),
        cite(connection, *_WHOLE, "informative_share", "value"),
    )
    if not volume or not informative:
        yield Statement("Todavía no hay comentarios para analizar.", (volume,) if volume else ())
        return
    total, told = [volume], count_of(volume.value, "comentario", "comentarios")
    comments = cite(connection, *_WHOLE, "informative_share", "sample_size")
    if comments and comments.value != volume.value:
        total = [volume, comments]
        told = f"{count_of(volume.value, 'respuesta', 'respuestas')} con {whole(comments.value)} comentarios"
    are_few = " La muestra es chica: los intervalos son anchos." if volume.value < SMALL_SAMPLE else ""
    yield Statement(
        f"Total analizado, sin contar duplicados: {told}; el {percent(informative.value)} tiene contenido.{are_few}",
        (*total, informative),
    )
    yield from _nps(connection)
    yield from _moods(connection)
    for theme, label, examples in connection.execute(_MAIN_THEME).fetchall():
        priority = cite(connection, "themes", theme, "priority")
        yield Statement(f"El tema más urgente es «{label}».", (priority,) if priority else (), tuple(examples))
        for statement in describe_theme(connection, theme, label):
            yield Statement(statement.text, statement.figures, tuple(examples))
    for label, examples in connection.execute(_SPIKES).fetchall():
        yield Statement(
            f"«{label}» se mencionó en el último mes completo muy por encima de su nivel habitual.", (), tuple(examples)
        )
    yield from _outlook(connection)


def _nps(connection: duckdb.DuckDBPyConnection) -> Iterator[Statement]:
    nps, low, high, sample = (
        cite(connection, *_WHOLE, "nps", name) for name in ("value", "low", "high", "sample_size")
    )
    if not nps or not low or not high or not sample:
        yield Statement(
            "Ningún comentario trae una nota de recomendación, así que no hay NPS.", (sample,) if sample else ()
        )
        return
    yield Statement(
        f"El NPS es {decimal(nps.value)} (intervalo de confianza: de {decimal(low.value)} a {decimal(high.value)}), "
        f"sobre {count_of(sample.value, 'respuesta', 'respuestas')}.",
        (nps, low, high, sample),
    )
    history = read_history(connection)
    if len(history) < 2:
        return
    before, last = (_monthly_nps(connection, month) for month in history[-2:])
    if not before or not last:
        return
    (old, *_), (new, *_) = before, last
    is_clear = is_beyond_chance(
        *(Measured(value.value, low.value, high.value, int(size.value)) for value, low, high, size in (before, last))
    )
    change = "una mejora" if new.value > old.value else "una caída"
    verdict = f"{change} que no se explica por el azar" if is_clear else "un cambio que puede deberse al azar"
    yield Statement(
        f"En {history[-1]} fue {decimal(new.value)}, frente a {decimal(old.value)} en {history[-2]}: {verdict}.",
        (*last, *before),
    )


def _monthly_nps(connection: duckdb.DuckDBPyConnection, month: str) -> tuple[Figure, Figure, Figure, Figure] | None:
    value, low, high, sample = (
        cite(connection, "insights", "month", month, "all", "all", "nps", name)
        for name in ("value", "low", "high", "sample_size")
    )
    return (value, low, high, sample) if value and low and high and sample else None


def _moods(connection: duckdb.DuckDBPyConnection) -> Iterator[Statement]:
    positive, negative = (cite(connection, *_WHOLE, metric, "value") for metric in ("positive_share", "negative_share"))
    if positive and negative:
        yield Statement(
            f"El {percent(positive.value)} de los comentarios con contenido es positivo "
            f"y el {percent(negative.value)}, negativo.",
            (positive, negative),
        )


def _outlook(connection: duckdb.DuckDBPyConnection) -> Iterator[Statement]:
    (period,) = connection.execute(_NEXT_NPS).fetchone() or (None,)
    if period is None:
        months = cite(connection, "forecasts", "nps", "all", "none", "history")
        yield Statement("Aún no hay historia suficiente para un pronóstico del NPS.", (months,) if months else ())
        return
    value, low, high = (cite(connection, "forecasts", "nps", "all", period, name) for name in ("value", "low", "high"))
    if value and low and high:
        yield Statement(
            f"Para {period} se espera un NPS de {decimal(value.value)} "
            f"(entre {decimal(low.value)} y {decimal(high.value)}).",
            (value, low, high),
        )
