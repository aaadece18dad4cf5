from pathlib import Path

import duckdb
import pytest

from fiber_pipeline.insight import one_source, read_summary, score_churn, summarise, verify_citations
from fiber_pipeline.problems import UnknownName
from fiber_pipeline_tests.insight.conftest import measure_all
from fiber_pipeline_tests.insight.history import Comment, write_comments, write_history

MEASURED = ("insights", "themes", "forecasts", "executive_summary", "recommendations")


def _rows(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[object, ...]]:
    return connection.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall()


@pytest.fixture(scope="module")
def alone(measured_history: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same history as if there had never been another source."""
    path = tmp_path_factory.mktemp("alone") / "alone.duckdb"
    with duckdb.connect(str(path)) as connection:
        kept = [row for row in write_history(connection, comments=4000) if row.batch.startswith("interior/")]
        write_comments(connection, kept)
        measure_all(connection)
    return path


def test_a_source_is_measured_as_if_it_were_alone(history: duckdb.DuckDBPyConnection, alone: Path) -> None:
    with duckdb.connect(str(alone), read_only=True) as expected, one_source(history, "interior"):
        for table in ("themes", "forecasts"):
            assert _rows(history, table) == _rows(expected, table)
        query = "SELECT * FROM insights WHERE dimension IN ('all', 'theme') ORDER BY ALL"
        assert history.execute(query).fetchall() == expected.execute(query).fetchall()


def test_what_reads_the_tables_speaks_of_the_source(history: duckdb.DuckDBPyConnection) -> None:
    whole = summarise(history).text
    with one_source(history, "interior"):
        summary = summarise(history)
        assert summary.text != whole
        assert not summary.dropped
        assert read_summary(history) == summary
        for statement in summary.statements:
            assert verify_citations(history, statement) == []
        assert set(score_churn(history, limit=50)["source"]) == {"interior"}
        advice = history.execute("SELECT unnest(evidence) FROM recommendations").fetchall()
        batches = history.execute(
            "SELECT DISTINCT split_part(batch, '/', 1) FROM comments WHERE comment_id IN (SELECT unnest(?))",
            [[comment_id for (comment_id,) in advice]],
        ).fetchall()
        assert advice
        assert batches == [("interior",)]


def test_everything_stands_as_before_once_it_is_over(history: duckdb.DuckDBPyConnection) -> None:
    before = {table: _rows(history, table) for table in ("comments", *MEASURED)}
    with pytest.raises(ZeroDivisionError), one_source(history, "interior"):
        assert _rows(history, "comments") != before["comments"]
        _ = 1 / 0
    assert {table: _rows(history, table) for table in before} == before
    assert history.execute("SELECT count(*) FROM duckdb_tables() WHERE temporary").fetchone() == (0,)


def test_the_comments_alone_leave_figures_as_they_are(history: duckdb.DuckDBPyConnection) -> None:
    before = _rows(history, "insights")
    with one_source(history, "interior", with_figures=False):
        assert _rows(history, "insights") == before
        assert history.execute("SELECT DISTINCT split_part(batch, '/', 1) FROM comments").fetchall() == [("interior",)]


def test_a_folder_whose_name_begins_alike_is_another_source(connection: duckdb.DuckDBPyConnection) -> None:
    write_comments(connection, [Comment("a", batch="sur/a.csv"), Comment("b", batch="sureste/a.csv"), Comment("c")])
    with one_source(connection, "sur"):
        assert connection.execute("SELECT comment_id FROM comments").fetchall() == [("a",)]
        volume = "SELECT value FROM insights WHERE dimension = 'all' AND period = 'all' AND metric = 'volume'"
        assert connection.execute(volume).fetchall() == [(1,)]


def test_an_unknown_source_is_refused_and_nothing_is_changed(history: duckdb.DuckDBPyConnection) -> None:
    before = _rows(history, "comments")
    with pytest.raises(UnknownName, match="no source 'norte'"), one_source(history, "norte"):
        pytest.fail("a source that there is not was entered")
    assert _rows(history, "comments") == before
