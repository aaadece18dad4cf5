"""Which batches do not say what people say, told from the tables."""

from collections.abc import Iterator
from datetime import UTC, datetime

import duckdb
import pytest

from fiber_pipeline.review.corrections import join
from fiber_pipeline.review.pending import PendingBatch, pending_batches
from fiber_pipeline.tables import CORRECTIONS
from fiber_pipeline_tests.insight.history import Comment, write_comments, write_table
from fiber_pipeline_tests.review.test_corrections import word

SAID = Comment("c1", batch="a", text="uno", themes={"speed": "negative"})
OTHER = Comment("c2", batch="b", text="dos", themes={"speed": "negative"})


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """Two batches of a comment each, as engines labelled them; nobody has reviewed anything."""
    with duckdb.connect() as connection:
        write_comments(connection, [SAID, OTHER])
        yield connection


def say(connection: duckdb.DuckDBPyConnection, **said: object) -> None:
    """Ana's word on the text of batch `a`, in place of what she said before."""
    usual = {"sentiment": SAID.sentiment, "urgency": SAID.urgency, "language": SAID.language}
    write_table(connection, CORRECTIONS, join([word("uno", "Ana", 1, **{**usual, **said})]))


def annotate(connection: duckdb.DuckDBPyConnection) -> None:
    """Sentiment and themes of batch `a` as people said; the language as the detector says."""
    for table in ("sentiment_scores", "comment_themes"):
        connection.execute(f"UPDATE {table} SET engine = 'human' WHERE comment_id = 'c1'")


def pending(connection: duckdb.DuckDBPyConnection) -> list[PendingBatch]:
    return pending_batches(connection, ["speed", "wifi"])


def test_a_language_that_the_detector_and_people_agree_on_is_no_reason(connection: duckdb.DuckDBPyConnection):
    assert pending(connection) == []
    say(connection)
    assert [(item.batch, item.comments, item.texts) for item in pending(connection)] == [("a", 1, 1)]
    annotate(connection)
    assert pending(connection) == []


def test_another_language_is_one_until_the_tables_say_it(connection: duckdb.DuckDBPyConnection):
    say(connection, language="gn")
    annotate(connection)
    assert [item.batch for item in pending(connection)] == ["a"]
    connection.execute("UPDATE translated_comments SET language = 'gn', language_engine = 'human' WHERE batch = 'a'")
    assert pending(connection) == []
    connection.execute("UPDATE sentiment_scores SET engine = 'local'")
    connection.execute("UPDATE comment_themes SET engine = 'local'")
    say(connection, verdict="withdrawn", sentiment=None, urgency=None, language=None, themes=[])
    assert [item.batch for item in pending(connection)] == ["a"]


def test_rows_from_before_the_detector_was_named_are_no_reason(connection: duckdb.DuckDBPyConnection):
    connection.execute("UPDATE translated_comments SET language_engine = NULL")
    assert pending(connection) == []
    say(connection)
    annotate(connection)
    assert pending(connection) == []


def test_every_further_word_changes_what_is_said(connection: duckdb.DuckDBPyConnection):
    states = []
    for said in ({}, {"sentiment": "mixed"}, {"reviewed_at": datetime(2026, 7, 2, tzinfo=UTC)}, {}):
        say(connection, **said)
        states.append(pending(connection)[0].said)
    assert len(set(states)) == 3 and states[0] == states[3]
