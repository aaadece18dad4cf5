"""What there is to choose from: a name that is none of it is refused, with the nearest that is."""

from collections.abc import Collection

import duckdb

from fiber_pipeline.insight.metrics import json_pointer
from fiber_pipeline.problems import check_names

_SOURCES = "SELECT DISTINCT split_part(batch, '/', 1) FROM raw_comments WHERE contains(batch, '/')"
_BATCHES = "SELECT batch FROM raw_comments UNION SELECT batch FROM rejected_rows"
_THEMES = "SELECT theme FROM themes UNION SELECT theme FROM comment_themes"
_HAS_COLUMN = "SELECT count(*) > 0 FROM (FROM raw_comments WHERE json_exists(metadata, $pointer) LIMIT 1)"
_COLUMNS = "SELECT DISTINCT unnest(json_keys(metadata)) FROM raw_comments"
_HAS_ROWS = "SELECT count(*) > 0 FROM (FROM raw_comments LIMIT 1)"


def check_source(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    """Raise UnknownName unless a batch lies in a folder of this name."""
    check_names("source", [source], _names(connection, _SOURCES))


def check_batches(connection: duckdb.DuckDBPyConnection, batches: Collection[str]) -> None:
    """Raise UnknownName for a batch that was never read."""
    check_names("batch", batches, _names(connection, _BATCHES))


def check_themes(connection: duckdb.DuckDBPyConnection, themes: Collection[str]) -> None:
    """Raise UnknownName for a theme that is neither measured nor found in a comment."""
    check_names("theme", themes, _names(connection, _THEMES))


def check_metadata_columns(connection: duckdb.DuckDBPyConnection, columns: Collection[str]) -> None:
    """Raise UnknownName for a column that no file has; where nothing was read yet, any may come."""
    missing = [name for name in columns if not _is(connection, _HAS_COLUMN, pointer=json_pointer(name))]
    if missing and _is(connection, _HAS_ROWS):
        check_names("metadata column", missing, _names(connection, _COLUMNS))


def _names(connection: duckdb.DuckDBPyConnection, query: str) -> set[str]:
    return {name for (name,) in connection.execute(query).fetchall()}


def _is(connection: duckdb.DuckDBPyConnection, query: str, **parameters: str) -> bool:
    return bool(connection.execute(query, parameters).fetchall()[0][0])
