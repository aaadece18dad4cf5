import random

import duckdb
import pytest

from fiber_pipeline.insight import NO_MEMBER, OTHER_MEMBERS, measure_insights, trace_comment, trace_insight
from fiber_pipeline_tests.insight.history import Comment, write_comments


def test_comment_is_followed_to_its_row_and_annotators(connection: duckdb.DuckDBPyConnection) -> None:
    write_comments(
        connection,
        [
            Comment("x", batch="sur/a.csv"),
            Comment("a", batch="sur/a.csv", themes={"app": "negative"}, evidence=("app",)),
        ],
    )
    facts = trace_comment(connection, "a")
    assert (facts["source_file"], facts["sheet"], facts["row_number"]) == ("sur/a.csv", None, 3)
    assert (facts["sentiment_engine"], facts["sentiment_model"], facts["translation_engine"]) == (
        "local",
        "test",
        "none",
    )
    (theme,) = facts["themes"]  # type: ignore[misc]
    assert (theme["theme"], theme["engine"], theme["evidence"]) == ("app", "local", ["app"])


def test_unknown_comment(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(KeyError, match="nobody"):
        trace_comment(connection, "nobody")


def test_comment_without_annotations(connection: duckdb.DuckDBPyConnection) -> None:
    write_comments(connection, [Comment("a", language=None, sentiment=None)])
    facts = trace_comment(connection, "a")
    assert (facts["sentiment"], facts["language"], facts["themes"]) == (None, None, [])


def test_figures_lead_to_as_many_comments_as_their_sample(history: duckdb.DuckDBPyConnection) -> None:
    rows = measure_insights(history, metadata_columns=["Ciudad"]).to_dict("records")
    rows = [row for row in rows if row["metric"] != "theme_share"]
    for row in random.Random(5).sample(rows, 20):
        key = [row[name] for name in ("period_kind", "period", "dimension", "member", "metric")]
        assert len(trace_insight(history, *key)) == row["sample_size"], key


def test_theme_share_leads_to_its_mentions(connection: duckdb.DuckDBPyConnection) -> None:
    write_comments(
        connection,
        [Comment("a", themes={"app": "negative"}), Comment("b"), Comment("c", themes={"tv_streaming": "mixed"})],
    )
    assert trace_insight(connection, "all", "all", "theme", "app", "theme_share") == ["a"]
    assert trace_insight(connection, "all", "all", "category", "digital", "theme_share") == ["a", "c"]
    assert trace_insight(connection, "all", "all", "source", NO_MEMBER, "volume") == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("period_kind", "dimension", "member", "metric"),
    [
        ("year", "all", "all", "nps"),
        ("all", "customer_id", "1", "nps"),
        ("all", "all", "all", "1; DROP TABLE comments"),
        ("all", "metadata:Ciudad", OTHER_MEMBERS, "nps"),
    ],
)
def test_what_cannot_be_traced(
    connection: duckdb.DuckDBPyConnection, period_kind: str, dimension: str, member: str, metric: str
) -> None:
    with pytest.raises(ValueError, match=r"no figure|not kept apart"):
        trace_insight(connection, period_kind, "all", dimension, member, metric)


def test_nobody_is_behind_a_period_without_comments(history: duckdb.DuckDBPyConnection) -> None:
    assert trace_insight(history, "month", "1999-01", "all", "all", "nps") == []
