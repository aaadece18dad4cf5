"""What there is to choose from: a name that is none of it is refused, with the nearest that is."""

from collections.abc import Collection, Mapping

import duckdb

from fiber_pipeline.insight.metrics import NO_MEMBER, json_pointer
from fiber_pipeline.problems import check_names

_SOURCES = "SELECT DISTINCT split_part(batch, '/', 1) FROM raw_comments WHERE contains(batch, '/')"
_BATCHES = "SELECT batch FROM raw_comments UNION SELECT batch FROM rejected_rows"
_THEMES = "SELECT theme FROM themes UNION SELECT theme FROM comment_themes"
# By dimension: what it splits comments by. Of some a comment may have none, which is a member too.
_MEMBERS: Mapping[str, str] = {
    "all": "SELECT 'all'",
    "batch": _BATCHES,
    "source": _SOURCES,
    "language": "SELECT DISTINCT language FROM translated_comments",
    "question": "SELECT DISTINCT question FROM comments WHERE question IS NOT NULL",
    "theme": _THEMES,
    "category": "SELECT category FROM themes UNION SELECT category FROM comment_themes",
}
_MAY_HAVE_NONE = frozenset({"source", "language", "question"})
_VALUES = """
SELECT DISTINCT trim(json_extract_string(metadata, $pointer)) AS value FROM raw_comments
WHERE value <> ''
"""
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


def check_member(connection: duckdb.DuckDBPyConnection, dimension: str, member: str) -> None:
    """Raise UnknownName for a member that a dimension of `insights`, none of metadata, does not have."""
    known = _names(connection, _MEMBERS[dimension])
    check_names(dimension, [member], {*known, NO_MEMBER} if dimension in _MAY_HAVE_NONE else known)


def check_metadata_member(connection: duckdb.DuckDBPyConnection, column: str, member: str) -> None:
    """Raise UnknownName for a value that a metadata column does not have; for a column that no file has, too."""
    check_metadata_columns(connection, [column])
    known = _names(connection, _VALUES, pointer=json_pointer(column))
    check_names(f"value of {column}", [member], {*known, NO_MEMBER})


def _names(connection: duckdb.DuckDBPyConnection, query: str, **parameters: str) -> set[str]:
    return {name for (name,) in connection.execute(query, parameters).fetchall()}


def _is(connection: duckdb.DuckDBPyConnection, query: str, **parameters: str) -> bool:
    return bool(connection.execute(query, parameters).fetchall()[0][0])
