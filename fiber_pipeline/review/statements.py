"""Runs the named statements of `sql/`, values bound as parameters."""

from functools import cache
from importlib.resources import files

import duckdb
import pandas as pd


@cache
def statement(name: str) -> str:
    """The text of `sql/<name>.sql`."""
    return (files("fiber_pipeline.review") / "sql" / f"{name}.sql").read_text("utf-8")


def fetch(connection: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> pd.DataFrame:
    """The rows of a statement, typed. `parameters` are exactly those the statement names."""
    rows = connection.execute(statement(name), parameters).to_arrow_table()
    frame: pd.DataFrame = rows.to_pandas(types_mapper=pd.ArrowDtype)
    return frame
