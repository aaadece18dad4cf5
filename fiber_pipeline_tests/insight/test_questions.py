"""Responses with several open answers: what counts once a response, and what with every answer.

Eight rows of a survey that asks what people like, what should be better and what else there is. The figures are worked
out by hand beside each row.
"""

from datetime import datetime

import duckdb
import pytest

from fiber_pipeline.insight import (
    cite,
    measure_insights,
    measure_themes,
    score_churn,
    summarise,
    trace_comment,
    trace_insight,
    urgent_comments,
)
from fiber_pipeline_tests.insight.conftest import measure_all
from fiber_pipeline_tests.insight.history import TAXONOMY, Comment, write_comments

LIKED, BETTER, ELSE = "¿Qué te gustó?", "¿Qué mejorarías?", "Otros comentarios"
APRIL = datetime(2026, 4, 10, 12)
BAD, GOOD = "negative", "positive"

ROWS = [
    # A promoter who likes the speed and minds the price: price once, in two answers.
    Comment("r1", LIKED, text="la velocidad", at=APRIL, nps=10, rating=5, rating_scale="1-5", sentiment=GOOD,
            themes={"speed": GOOD}, metadata={"Ciudad": "Luque"}),
    Comment("r1b", BETTER, beside="r1", text="el precio", at=APRIL, nps=10, rating=5, rating_scale="1-5",
            sentiment=BAD, themes={"price": BAD}, metadata={"Ciudad": "Luque"}),
    Comment("r1c", ELSE, beside="r1", text="bajen el precio", at=APRIL, nps=10, rating=5, rating_scale="1-5",
            sentiment=BAD, themes={"price": BAD}, metadata={"Ciudad": "Luque"}),
    # A detractor about to leave, urgent in the second answer alone.
    Comment("r2", LIKED, text="nada", at=APRIL, nps=1, customer_id="C2", is_informative=False, sentiment="neutral"),
    Comment("r2b", BETTER, beside="r2", text="se corta, me doy de baja", at=APRIL, nps=1, customer_id="C2",
            sentiment=BAD, intensity="strong", urgency="high", themes={"outages": BAD, "cancellation": BAD}),
    Comment("r2c", ELSE, beside="r2", text="muy caro", at=APRIL, nps=1, customer_id="C2", sentiment=BAD,
            themes={"price": BAD}),
    # One answer each.
    Comment("r3", LIKED, text="todo", at=APRIL, nps=9, sentiment=GOOD),
    Comment("r4", BETTER, text="el precio y la velocidad", at=APRIL, nps=7, sentiment=BAD,
            themes={"price": BAD, "speed": BAD}),
    Comment("r5", text="", at=APRIL, nps=4, is_informative=False, sentiment=None),
    # The first row once more, in another file: none of it counts.
    Comment("d1", LIKED, batch="mayo.csv", text="la velocidad", at=APRIL, nps=10, duplicate_of="r1", sentiment=GOOD,
            themes={"speed": GOOD}),
    Comment("d1b", BETTER, beside="d1", batch="mayo.csv", text="el precio", at=APRIL, nps=10, duplicate_of="r1b",
            sentiment=BAD, themes={"price": BAD}),
]  # fmt: skip


@pytest.fixture
def answered(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    write_comments(connection, ROWS)
    return connection


def figures(connection: duckdb.DuckDBPyConnection, dimension: str, member: str) -> dict[str, tuple[float, int]]:
    frame = measure_insights(connection, metadata_columns=["Ciudad"])
    rows = frame[(frame["period_kind"] == "all") & (frame["dimension"] == dimension) & (frame["member"] == member)]
    return {
        metric: (round(value, 6), size)
        for metric, value, size in zip(rows["metric"], rows["value"], rows["sample_size"], strict=True)
    }


def test_scores_and_volume_count_once_a_response_and_moods_with_every_answer(
    answered: duckdb.DuckDBPyConnection,
) -> None:
    found = figures(answered, "all", "all")
    assert found["volume"] == (5, 5)
    assert found["nps"] == (0.0, 5)  # promoters r1, r3; detractors r2, r5; passive r4
    assert found["csat"] == (1.0, 1)
    assert found["informative_share"] == (round(7 / 9, 6), 9)
    assert found["positive_share"] == (round(2 / 7, 6), 7)
    assert found["negative_share"] == (round(5 / 7, 6), 7)
    assert found["urgent_share"] == (round(1 / 7, 6), 7)
    assert found["churn_risk_share"] == (0.2, 5)
    assert figures(answered, "batch", "abril.csv") == found


def test_a_member_counts_a_response_once_however_many_answers_belong_to_it(
    answered: duckdb.DuckDBPyConnection,
) -> None:
    price = figures(answered, "theme", "price")
    assert price["volume"] == (3, 3)
    assert price["nps"] == (0.0, 3)  # r1 promoter, r2 detractor, r4 passive; r1 names it twice
    assert price["theme_share"] == (round(4 / 7, 6), 7)
    assert figures(answered, "metadata:Ciudad", "Luque")["volume"] == (1, 1)
    assert figures(answered, "language", "es")["nps"] == (0.0, 5)


def test_question_is_a_dimension_where_there_are_several(answered: duckdb.DuckDBPyConnection) -> None:
    better = figures(answered, "question", BETTER)
    assert better["volume"] == (3, 3)
    assert better["nps"] == (0.0, 3)  # r1 promoter, r2 detractor, r4 passive
    assert better["negative_share"] == (1.0, 3)
    assert figures(answered, "question", LIKED)["volume"] == (3, 3)
    assert not figures(answered, "question", "(none)")  # r5 answers nothing
    write_comments(answered, [Comment("a", LIKED, nps=9), Comment("b", LIKED, nps=2), Comment("c", None, nps=2)])
    assert "question" not in set(measure_insights(answered)["dimension"])


def test_a_themes_nps_is_over_distinct_responses(answered: duckdb.DuckDBPyConnection) -> None:
    themes = measure_themes(answered, TAXONOMY).set_index("theme")
    price = themes.loc["price"]
    assert (price["mentions"], price["nps_sample"], price["nps"]) == (4, 3, 0.0)
    # Of the responses that say something (r1 to r4), r3 alone does not speak of the price.
    assert price["nps_impact"] == -100.0
    assert price["share"] == pytest.approx(4 / 7)
    speed = themes.loc["speed"]
    assert (speed["mentions"], speed["nps_sample"], speed["nps"]) == (2, 2, 50.0)


def test_a_response_is_called_about_once(answered: duckdb.DuckDBPyConnection) -> None:
    calls = urgent_comments(answered)
    assert calls["comment_id"].tolist() == ["r2b"]
    churn = score_churn(answered).set_index("comment_id")
    assert not {"r2", "r2c"} & set(churn.index)
    # One response complains of several things at once; that is no second complaint.
    assert "repeated_negative" not in churn.loc["r2b", "reasons"]
    assert {"cancellation", "severe_detractor", "high_urgency"} <= set(churn.loc["r2b", "reasons"])


@pytest.mark.parametrize(
    ("dimension", "member", "metric", "expected"),
    [
        ("all", "all", "volume", ["r1", "r2", "r3", "r4", "r5"]),
        ("all", "all", "negative_share", ["r1", "r1b", "r1c", "r2b", "r2c", "r3", "r4"]),
        ("theme", "price", "nps", ["r1b", "r2c", "r4"]),
        ("theme", "price", "theme_negative_share", ["r1b", "r1c", "r2c", "r4"]),
        ("question", BETTER, "nps", ["r1b", "r2b", "r4"]),
    ],
)
def test_figures_are_traced_to_as_many_comments_as_they_count(
    answered: duckdb.DuckDBPyConnection, dimension: str, member: str, metric: str, expected: list[str]
) -> None:
    assert trace_insight(answered, "all", "all", dimension, member, metric) == expected
    assert figures(answered, dimension, member)[metric][1] == len(expected)


def test_a_comment_names_its_question_and_what_else_was_answered(answered: duckdb.DuckDBPyConnection) -> None:
    facts = trace_comment(answered, "r1b")
    assert (facts["question"], facts["is_main"], facts["other_answers"]) == (BETTER, False, ["r1", "r1c"])
    assert trace_comment(answered, "r3")["other_answers"] == []


def test_rows_written_before_there_were_several_are_main_ones(answered: duckdb.DuckDBPyConnection) -> None:
    write_comments(answered, [row for row in ROWS if row.beside is None])
    expected = measure_insights(answered)
    answered.execute("UPDATE comments SET is_main = NULL, question = NULL")
    found = measure_insights(answered)
    assert found.equals(expected[expected["dimension"] != "question"].reset_index(drop=True))


def test_the_summary_tells_responses_from_comments(answered: duckdb.DuckDBPyConnection) -> None:
    measure_all(answered)
    summary = summarise(answered)
    assert summary.statements[0].text.startswith(
        "Total analizado, sin contar duplicados: 5 respuestas con 9 comentarios; "
    )
    assert not summary.dropped
    assert cite(answered, "insights", "all", "all", "all", "all", "nps", "sample_size").value == 5
