"""Whom to call first: the urgent comments of `insight`, with what the person who calls needs to know."""

import duckdb
import pyarrow as pa

from fiber_pipeline.insight import churn_reasons, urgent_comments
from fiber_pipeline.outputs.reading import Row, rows


def read_calls(connection: duckdb.DuckDBPyConnection, most: int) -> list[Row]:
    """Return at most `most` comments of high urgency or at risk of churn, the most pressing first.

    Columns: comment_id, commented_at (UTC), customer_id, text (redacted), nps, urgency and sentiment (codes), themes
    (slugs), reasons (in Spanish), batch, source_file, sheet, row_number.
    """
    calls: list[Row] = pa.Table.from_pandas(urgent_comments(connection, limit=most)).to_pylist()
    known = {row["comment_id"]: row for row in rows(connection, "calls", wanted=[call["comment_id"] for call in calls])}
    names = churn_reasons()
    return [call | known[call["comment_id"]] | {"reasons": [names[it] for it in call["reasons"]]} for call in calls]
