from pathlib import Path

import duckdb
import pytest

from fiber_pipeline.insight import ExecutiveSummary, read_summary, summarise, summary_frame
from fiber_pipeline.tables import EXECUTIVE_SUMMARY
from fiber_pipeline_tests.insight.history import write_table


@pytest.fixture
def written(measured_history: Path, tmp_path: Path) -> duckdb.DuckDBPyConnection:
    """A warehouse of one's own with the rules' summary of the history, as if a service had been over budget."""
    connection = duckdb.connect(str(tmp_path / "written.duckdb"))
    connection.execute(f"ATTACH '{measured_history}' AS history (READ_ONLY)")
    for (table,) in connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'history'"
    ).fetchall():
        connection.execute(f"CREATE TABLE {table} AS FROM history.{table}")
    rules = summarise(connection)
    summary = ExecutiveSummary(rules.statements, (), fallback_reason="openai: over budget: 1 USD")
    write_table(connection, EXECUTIVE_SUMMARY, summary_frame(summary))
    return connection


def test_what_is_written_is_read_back(written: duckdb.DuckDBPyConnection) -> None:
    summary = read_summary(written)
    assert summary.statements == summarise(written).statements
    assert len(summary.statements) > 5
    assert summary.dropped == ()
    assert (summary.engine, summary.model, summary.prompt_version) == ("local", "rules-1", None)
    assert summary.fallback_reason == "openai: over budget: 1 USD"
    assert written.execute("SELECT DISTINCT is_fallback FROM executive_summary").fetchall() == [(True,)]


def test_sentences_whose_figures_have_moved_on_are_dropped(written: duckdb.DuckDBPyConnection) -> None:
    before = read_summary(written).statements
    written.execute(
        "UPDATE insights SET value = value + 1 WHERE metric = 'nps' AND period = 'all' AND dimension = 'all'"
    )
    summary = read_summary(written)
    assert [statement.text for statement, _ in summary.dropped] == [
        statement.text for statement in before if statement.text.startswith("El NPS es")
    ]
    assert len(summary.statements) == len(before) - 1


def test_before_it_is_written_there_is_none(connection: duckdb.DuckDBPyConnection) -> None:
    assert read_summary(connection) == ExecutiveSummary((), ())
    assert len(summary_frame(ExecutiveSummary((), ()))) == 0
