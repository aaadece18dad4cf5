import duckdb

from fiber_pipeline_tests.insight.history import write_history


def test_the_same_seed_writes_the_same_history() -> None:
    histories = []
    for _ in range(2):
        with duckdb.connect() as connection:
            write_history(connection, comments=200)
            histories.append(connection.sql("FROM comments").fetchall())
    assert histories[0] == histories[1]


def test_history_spans_its_months_in_two_sources() -> None:
    with duckdb.connect() as connection:
        write_history(connection, comments=400, months=18)
        sources = connection.sql("SELECT DISTINCT source FROM raw_comments ORDER BY 1").fetchall()
        months = connection.sql(
            "SELECT count(DISTINCT strftime(timezone('America/Asuncion', commented_at), '%Y-%m')) FROM comments"
        ).fetchone()
    assert sources == [("asuncion",), ("interior",)]
    assert months == (18,)
