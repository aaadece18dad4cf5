"""The workbook's detail of very many comments, in far less memory than they take."""

from pathlib import Path

import duckdb

from fiber_pipeline.outputs.reading import rows

COMMENTS, SHOWN = 400_000, 2_000
# The columns that the statement reads, of a width as in real exports.
TABLES = (
    "CREATE TABLE comments AS SELECT md5(n::VARCHAR) AS comment_id, 'b' AS batch, n AS row_id, n AS position, "
    "'comment' AS question, true AS is_main, "
    "TIMESTAMPTZ '2026-01-01' + INTERVAL (n) SECOND AS commented_at, repeat(md5((n * 7)::VARCHAR), 8) AS text, "
    "5 AS nps, 'passive' AS nps_group, 1.0 AS rating, '5' AS rating_scale, true AS is_informative, "
    "NULL::VARCHAR AS duplicate_of FROM range(?) AS numbers (n)",
    "CREATE TABLE translated_comments AS SELECT comment_id, 'es' AS language FROM comments",
    "CREATE TABLE sentiment_scores AS SELECT comment_id, 'local' AS engine, 'negative' AS sentiment, -0.5 AS score, "
    "'low' AS urgency, "
    "[{'emotion': md5(comment_id)}, {'emotion': 'fear'}] AS emotions FROM comments",
    "CREATE TABLE comment_themes AS SELECT comment_id, theme, relevance FROM comments, "
    "(VALUES ('price', 0.4), ('outages', 0.6)) AS found (theme, relevance)",
    "CREATE TABLE raw_comments AS SELECT batch, row_id, 'f.csv' AS source_file, 's' AS sheet, row_id AS row_number "
    "FROM comments",
)


def test_only_what_is_shown_is_joined(tmp_path: Path):
    path = tmp_path / "many.duckdb"
    with duckdb.connect(path) as making:
        for table in TABLES:
            making.execute(table, [COMMENTS] if "?" in table else [])
    with duckdb.connect(path, config={"memory_limit": "120MB", "threads": 2}) as connection:
        shown = rows(connection, "detail", most=SHOWN)
    assert [row["row_number"] for row in shown] == list(range(COMMENTS - 1, COMMENTS - 1 - SHOWN, -1))
    assert shown[0]["themes"] == ["outages", "price"]
    assert shown[0]["emotions"][1] == "fear"
