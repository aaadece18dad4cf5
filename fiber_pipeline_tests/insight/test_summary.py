from datetime import datetime

import duckdb
import pytest

from fiber_pipeline.insight import summarise, verify_citations
from fiber_pipeline.insight import summary as module
from fiber_pipeline_tests.insight.conftest import measure_all
from fiber_pipeline_tests.insight.history import Comment, write_comments


def test_history_in_a_minute(history: duckdb.DuckDBPyConnection) -> None:
    summary = summarise(history)
    assert summary.dropped == ()
    assert "4.000 comentarios" in summary.text
    assert "El tema más urgente es «Cortes»" in summary.text
    assert "«Facturación» se mencionó en el último mes" in summary.text
    assert "Para 2026-07 se espera un NPS" in summary.text
    for statement in summary.statements:
        assert statement.figures or statement.evidence
        assert verify_citations(history, statement) == []


def test_planted_wrong_figure_is_dropped_with_the_reason(
    history: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = module.percent
    monkeypatch.setattr(module, "percent", lambda share: honest(share / 2))
    summary = summarise(history)
    assert "tiene contenido" not in summary.text
    assert any("none of the cited figures" in reason for _, reason in summary.dropped)
    assert "El NPS es" in summary.text


@pytest.mark.parametrize(
    ("march", "april", "verdict"),
    [(10, 0, "una caída que no se explica"), (0, 10, "una mejora que no se explica"), (7, 7, "puede deberse al azar")],
)
def test_change_of_the_last_month_is_judged(
    connection: duckdb.DuckDBPyConnection, march: int, april: int, verdict: str
) -> None:
    days = [datetime(2026, month, day) for month in (3, 4) for day in (1, 10, 20, 30)]
    write_comments(
        connection,
        [
            Comment(f"c{n}-{day:%m%d}", at=day, nps=march if day.month == 3 else april)
            for n in range(10)
            for day in days
        ],
    )
    measure_all(connection)
    assert verdict in summarise(connection).text


def test_without_comments_it_says_so(connection: duckdb.DuckDBPyConnection) -> None:
    measure_all(connection)
    assert summarise(connection).text == "Todavía no hay comentarios para analizar."


def test_one_comment_is_no_ground_for_claims(connection: duckdb.DuckDBPyConnection) -> None:
    write_comments(connection, [Comment("a")])
    measure_all(connection)
    text = summarise(connection).text
    assert "1 comentario;" in text
    assert "La muestra es chica" in text
    assert "no hay NPS" in text
    assert "Aún no hay historia suficiente" in text


def test_before_anything_is_measured_it_is_empty(connection: duckdb.DuckDBPyConnection) -> None:
    assert summarise(connection).text == ""
