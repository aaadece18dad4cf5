"""Which customers may leave, by rule, and whom to call first."""

from collections.abc import Mapping

import duckdb
import pandas as pd

from fiber_pipeline.insight.counted_comments import counted_comments, load_churn_rules, read_sql


def score_churn(
    connection: duckdb.DuckDBPyConnection,
    *,
    least_risk: float = 0.0,
    limit: int | None = None,
) -> pd.DataFrame:
    """Return responses with signs of churn, the strongest first, each by its most pressing comment.

    Columns: comment_id, source, customer_id, commented_at (UTC), nps, urgency, risk and reasons (names of
    churn.yaml's signals). `risk` in (0, 1) orders comments by rules set by judgement; it is not a probability.
    least_risk: leave out comments below it. limit: at most so many; None for all.
    """
    with counted_comments(connection):
        relation = connection.execute(read_sql("churn"), {"least_risk": least_risk, "most_comments": limit})
        frame: pd.DataFrame = relation.to_arrow_table().to_pandas(types_mapper=pd.ArrowDtype)
    return frame


def urgent_comments(connection: duckdb.DuckDBPyConnection, limit: int = 50) -> pd.DataFrame:
    """Return a call list: responses of high urgency or at risk of churn, by score, each by its most pressing comment.

    Columns: comment_id, customer_id, text (redacted), commented_at (UTC), nps, urgency, reasons, score in (0, 1].
    The score joins urgency and churn risk and halves with every 30 days of age, counted from the source's latest
    comment.
    """
    parameters = {"at_risk": load_churn_rules().at_risk, "most_comments": limit}
    with counted_comments(connection):
        relation = connection.execute(read_sql("urgent"), parameters)
        frame: pd.DataFrame = relation.to_arrow_table().to_pandas(types_mapper=pd.ArrowDtype)
    return frame


def churn_reasons() -> Mapping[str, str]:
    """Return how each reason that `score_churn` and `urgent_comments` give reads in Spanish."""
    return load_churn_rules().labels_es
