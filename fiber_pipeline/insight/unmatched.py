"""Comments that no theme covers: where themes that the taxonomy lacks would be found."""

import duckdb
import pandas as pd

from fiber_pipeline.insight.counted_comments import read_sql


def comments_without_theme(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return columns comment_id, text, commented_at of informative comments without a theme, oldest first."""
    rows = connection.execute(read_sql("comments_without_theme")).to_arrow_table()
    frame: pd.DataFrame = rows.to_pandas(types_mapper=pd.ArrowDtype)
    return frame
