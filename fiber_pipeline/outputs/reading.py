"""Reads the warehouse for the outputs: named statements of `sql/`, values bound as parameters.

Rows come as dictionaries of Python values; lists are lists, moments are aware datetimes, null is None.
"""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import duckdb

Row = dict[str, Any]

_ROWS_AT_ONCE = 5_000


@cache
def statement(name: str) -> str:
    """The text of `sql/<name>.sql`."""
    return (files("fiber_pipeline.outputs") / "sql" / f"{name}.sql").read_text("utf-8")


def rows(connection: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> list[Row]:
    """Every row of a statement. `parameters` are exactly those the statement names."""
    return list(stream(connection, name, **parameters))


def stream(connection: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> Iterator[Row]:
    """The rows of a statement, some thousand in memory at a time. Read to the end before the next statement."""
    connection.execute(statement(name), parameters)
    names = [column[0] for column in connection.description or ()]
    while chunk := connection.fetchmany(_ROWS_AT_ONCE):
        for values in chunk:
            yield dict(zip(names, values, strict=True))
