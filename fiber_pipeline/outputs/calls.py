"""Whom to call first: the urgent comments of `insight`, with what the person who calls needs to know."""

import duckdb

from fiber_pipeline.insight import urgent_comments
from fiber_pipeline.insight.counted_comments import load_churn_rules
from fiber_pipeline.outputs.reading import Row, rows


def read_calls(connection: duckdb.DuckDBPyConnection, most: int, source: str | None = None) -> list[Row]:
    """Return at most `most` comments of high urgency or at risk of churn, the most pressing first.

    Columns: comment_id, commented_at (UTC), customer_id, text (redacted), nps, urgency and sentiment (codes), themes
    (slugs), reasons (in Spanish), batch, source_file, sheet, row_number.
    """
    ranked = urgent_comments(connection, limit=most, source=source)
    columns = {str(name): ranked[name].tolist() for name in ranked.columns}
    calls = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    known = {row["comment_id"]: row for row in rows(connection, "calls", wanted=columns["comment_id"])}
    names = load_churn_rules().labels_es
    return [
        _plain(call) | known[call["comment_id"]] | {"reasons": [names[it] for it in call["reasons"]]} for call in calls
    ]


def _plain(call: Row) -> Row:
    # Arrow-backed columns give NA for null; only lists, which are never null here, have no single truth value.
    import pandas as pd

    return {
        name: None
        if value is pd.NA or value is pd.NaT
        else value.to_pydatetime()
        if isinstance(value, pd.Timestamp)
        else value
        for name, value in call.items()
    }
