import json
import random
import re

import duckdb
import pytest

from fiber_pipeline.insight import (
    NO_MEMBER,
    OTHER_MEMBERS,
    measure_insights,
    summarise,
    summary_frame,
    trace_comment,
    trace_insight,
    trace_sentence,
)
from fiber_pipeline.problems import UnknownName
from fiber_pipeline.tables import EXECUTIVE_SUMMARY
from fiber_pipeline_tests.insight.conftest import measure_all
from fiber_pipeline_tests.insight.history import Comment, write_comments, write_table


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
    (theme,) = facts["themes"]
    assert (theme["theme"], theme["engine"], theme["evidence"]) == ("app", "local", ["app"])


def test_unknown_comment(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(KeyError, match="nobody"):
        trace_comment(connection, "nobody")


def test_a_sentence_is_followed_to_its_figures_and_from_them_to_comments(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    write_comments(connection, [Comment("a", nps=9), Comment("b", nps=2), Comment("c")])
    measure_all(connection)
    summary = summarise(connection)
    write_table(connection, EXECUTIVE_SUMMARY, summary_frame(summary))
    (place,) = (place for place, told in enumerate(summary.statements, start=1) if told.text.startswith("El NPS es"))
    facts = trace_sentence(connection, place)
    assert (facts["text"], facts["engine"]) == (summary.statements[place - 1].text, "local")
    table, *key, column = json.loads(facts["figures"][0]["origin"])
    assert (table, column, facts["figures"][0]["value"]) == ("insights", "value", 0.0)
    assert trace_insight(connection, *key) == ["a", "b"]
    with pytest.raises(KeyError, match="99"):
        trace_sentence(connection, 99)


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
    with pytest.raises(ValueError, match=r"there is no |not kept apart"):
        trace_insight(connection, period_kind, "all", dimension, member, metric)


@pytest.mark.parametrize(
    ("dimension", "member", "nearest"),
    [
        ("all", "todo", "'all'"),
        ("batch", "sur/enro.csv", "'sur/enero.csv'"),
        ("source", "sul", "'sur'"),
        ("language", "ess", "'es'"),
        ("question", "Qué mejoraria?", "'¿Qué mejoraría?'"),
        ("theme", "ap", "'app'"),
        ("category", "digitl", "'digital'"),
        ("metadata:Ciudad", "Luke", "'Luque'"),
        ("metadata:Cuidad", "Luque", "'Ciudad'"),
    ],
)
def test_a_member_that_there_is_not_is_refused_with_the_nearest(
    connection: duckdb.DuckDBPyConnection, dimension: str, member: str, nearest: str
) -> None:
    about = Comment(
        "a",
        batch="sur/enero.csv",
        question="¿Qué mejoraría?",
        themes={"app": "negative"},
        metadata={"Ciudad": "Luque"},
    )
    write_comments(connection, [about])
    with pytest.raises(UnknownName, match=re.escape(nearest)):
        trace_insight(connection, "all", "all", dimension, member, "volume")
    assert trace_insight(connection, "all", "all", "batch", "sur/enero.csv", "volume") == ["a"]


def test_nobody_is_behind_a_period_without_comments(history: duckdb.DuckDBPyConnection) -> None:
    assert trace_insight(history, "month", "1999-01", "all", "all", "nps") == []
