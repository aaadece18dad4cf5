from datetime import datetime
from typing import Any

import duckdb
import pytest

from fiber_pipeline.insight import score_churn, urgent_comments
from fiber_pipeline.insight.counted_comments import load_churn_rules
from fiber_pipeline_tests.insight.history import Comment, write_comments


def _risks(connection: duckdb.DuckDBPyConnection, **options: Any) -> dict[str, dict[str, Any]]:
    return {row["comment_id"]: row for row in score_churn(connection, **options).to_dict("records")}


def test_every_sign_has_a_weight_between_zero_and_one_and_a_label() -> None:
    rules = load_churn_rules()
    assert all(0 < weight < 1 for weight in rules.weights.values())
    assert all(rules.labels_es.values())
    assert set(rules.weights) == set(rules.labels_es)


def test_signs_combine_as_independent_causes(connection: duckdb.DuckDBPyConnection) -> None:
    leaving = {"cancellation": "negative"}
    write_comments(
        connection,
        [
            Comment("calm", nps=10, sentiment="positive"),
            Comment("leaving", themes=leaving, sentiment="negative", evidence=("dar de baja",)),
            Comment("rival", themes=leaving, sentiment="negative", evidence=("me paso a Tigo",)),
            Comment("waiting", themes={"resolution_time": "negative"}, sentiment="negative", urgency="high", nps=2),
            Comment("staying", themes={"cancellation": "positive"}, sentiment="positive"),
        ],
    )
    weights = load_churn_rules().weights
    risks = _risks(connection)
    assert set(risks) == {"leaving", "rival", "waiting"}
    assert list(risks["leaving"]["reasons"]) == ["cancellation", "negative"]
    assert risks["leaving"]["risk"] == pytest.approx(1 - (1 - weights["cancellation"]) * (1 - weights["negative"]))
    assert list(risks["rival"]["reasons"]) == ["cancellation", "competitor", "negative"]
    assert set(risks["waiting"]["reasons"]) == {
        "severe_detractor",
        "detractor",
        "high_urgency",
        "long_unresolved",
        "negative",
    }
    product = 1.0
    for reason in risks["waiting"]["reasons"]:
        product *= 1 - weights[reason]
    assert risks["waiting"]["risk"] == pytest.approx(1 - product)


@pytest.mark.parametrize(
    ("customer", "second_day", "is_repeated"),
    [
        ("ana", datetime(2026, 3, 2), True),
        ("ana", datetime(2026, 6, 15), False),  # more than ninety days on
        ("luis", datetime(2026, 3, 2), False),
    ],
)
def test_repeated_complaints_of_a_customer(
    connection: duckdb.DuckDBPyConnection, customer: str, second_day: datetime, is_repeated: bool
) -> None:
    write_comments(
        connection,
        [
            Comment("first", customer_id="ana", at=datetime(2026, 3, 1), sentiment="negative"),
            Comment("copy", customer_id="ana", at=datetime(2026, 3, 1), sentiment="negative", duplicate_of="first"),
            Comment("second", customer_id=customer, at=second_day, sentiment="negative"),
        ],
    )
    risks = _risks(connection)
    assert "repeated_negative" not in risks["first"]["reasons"]
    assert ("repeated_negative" in risks["second"]["reasons"]) is is_repeated


def test_same_customer_id_in_another_source_is_someone_else(connection: duckdb.DuckDBPyConnection) -> None:
    write_comments(
        connection,
        [
            Comment("a", batch="sur/a.csv", customer_id="1", at=datetime(2026, 3, 1), sentiment="negative"),
            Comment("b", batch="norte/a.csv", customer_id="1", at=datetime(2026, 3, 2), sentiment="negative"),
        ],
    )
    assert not any("repeated_negative" in row["reasons"] for row in _risks(connection).values())


def test_least_risk_and_limit(history: duckdb.DuckDBPyConnection) -> None:
    frame = score_churn(history, least_risk=0.5, limit=20)
    assert len(frame) == 20
    assert (frame["risk"] >= 0.5).all()
    assert frame["risk"].is_monotonic_decreasing


def test_call_list_puts_the_urgent_and_recent_first(connection: duckdb.DuckDBPyConnection) -> None:
    write_comments(
        connection,
        [
            Comment("old", at=datetime(2026, 1, 1), urgency="high", sentiment="negative"),
            Comment("new", at=datetime(2026, 5, 1), urgency="high", sentiment="negative", nps=1, customer_id="ana"),
            Comment("undated", urgency="high", sentiment="negative"),
            Comment("fine", at=datetime(2026, 5, 1), sentiment="positive"),
            Comment("twin", at=datetime(2026, 5, 1), urgency="high", duplicate_of="new"),
        ],
    )
    calls = urgent_comments(connection)
    assert calls["comment_id"].tolist() == ["new", "undated", "old"]
    assert calls["score"].between(0, 1).all()
    assert calls["customer_id"].tolist()[0] == "ana"
    assert urgent_comments(connection, 1)["comment_id"].tolist() == ["new"]


def test_empty_tables(connection: duckdb.DuckDBPyConnection) -> None:
    assert len(score_churn(connection)) == len(urgent_comments(connection)) == 0
