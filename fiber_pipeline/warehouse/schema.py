"""A table's declaration as SQL, and what to do when the stored table differs from it.

Identifiers come from declared tables alone and are quoted; descriptions are quoted as literals.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from fiber_pipeline.tables import Table
from fiber_pipeline.warehouse.errors import SchemaMismatch

CATALOG = "warehouse"
_SCALARS = {
    pa.string(): "VARCHAR",
    pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE",
    pa.bool_(): "BOOLEAN",
    pa.timestamp("us", "UTC"): "TIMESTAMP WITH TIME ZONE",
}

# How DuckDB spells the types it has been asked about.
_SPELLED: dict[str, str] = {}


@dataclass(frozen=True)
class StoredColumn:
    """A column as DuckDB has it."""

    sql_type: str
    nullable: bool
    comment: str | None


def identifier(name: str) -> str:
    """`name` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """`text` as a quoted SQL literal, for statements that take no parameters."""
    return "'" + text.replace("'", "''") + "'"


def qualified(table: Table) -> str:
    """The table within the attached warehouse, whatever the search path is."""
    return f"{CATALOG}.main.{identifier(table.name)}"


def sql_types(table: Table) -> dict[str, str]:
    """DuckDB's type of each column."""
    return {
        item.name: (table.columns[item.name].metadata or {}).get("sql_type") or _sql_type(item.type)
        for item in table.arrow_schema
    }


def json_columns(table: Table) -> list[str]:
    """The columns that hold JSON documents."""
    return [name for name, sql_type in sql_types(table).items() if sql_type == "JSON"]


def ddl(table: Table) -> str:
    """The statements that create the table, with what it and its columns mean.

    NOT NULL is declared; the key is not, because DuckDB's index would refuse a row deleted and inserted again in
    one transaction. Table.validate checks the key instead.
    """
    statements = [_create(table, identifier(table.name)), *_comments(table, identifier(table.name), {}, None)]
    return ";\n".join(statements) + ";"


def stored_columns(connection: duckdb.DuckDBPyConnection, table: Table) -> dict[str, StoredColumn]:
    """The table's columns in the warehouse by name; empty if it was never written."""
    return stored_tables(connection, [table])[table.name]


def stored_tables(connection: duckdb.DuckDBPyConnection, tables: Iterable[Table]) -> dict[str, dict[str, StoredColumn]]:
    """The same of several tables, by table, in one look at the catalog."""
    found: dict[str, dict[str, StoredColumn]] = {table.name: {} for table in tables}
    rows = connection.execute(
        "SELECT table_name, column_name, data_type, is_nullable, comment FROM duckdb_columns() "
        "WHERE database_name = ? AND schema_name = 'main' AND table_name IN (SELECT unnest(?::VARCHAR[])) "
        "ORDER BY table_name, column_index",
        [CATALOG, list(found)],
    ).fetchall()
    for table, name, sql_type, nullable, comment in rows:
        found[table][name] = StoredColumn(sql_type, nullable, comment)
    return found


def bring_up_to_date(connection: duckdb.DuckDBPyConnection, table: Table) -> tuple[str, ...]:
    """Create the table, or add what its declaration gained; returns the added columns.

    Raises SchemaMismatch, before anything is changed, if the stored table differs in any other way.
    """
    stored = stored_columns(connection, table)
    name = qualified(table)
    if not stored:
        connection.execute(_create(table, name))
        for statement in _comments(table, name, {}, None):
            connection.execute(statement)
        return ()
    check_stored(connection, table, stored)
    types = sql_types(table)
    added = tuple(column for column in types if column not in stored)
    for column in added:
        connection.execute(f"ALTER TABLE {name} ADD COLUMN {identifier(column)} {types[column]}")
        if not table.columns[column].nullable:
            connection.execute(f"ALTER TABLE {name} ALTER COLUMN {identifier(column)} SET NOT NULL")
    comment = connection.execute(
        "SELECT comment FROM duckdb_tables() WHERE database_name = ? AND schema_name = 'main' AND table_name = ?",
        [CATALOG, table.name],
    ).fetchone()
    for statement in _comments(table, name, stored, comment[0] if comment else None):
        connection.execute(statement)
    return added


def check_stored(connection: duckdb.DuckDBPyConnection, table: Table, stored: Mapping[str, StoredColumn]) -> None:
    """Raise SchemaMismatch if the stored table has what the declaration can neither hold nor gain."""
    types = sql_types(table)
    names = {name.lower(): name for name in types}
    canonical = _canonical(connection, types)
    problems = []
    for column, found in stored.items():
        if column not in types:
            hint = f"; the declaration spells it {names[column.lower()]!r}" if column.lower() in names else ""
            problems.append(
                f"column {column!r} is stored as {found.sql_type} but no longer declared{hint} "
                f"(remedy: ALTER TABLE {identifier(table.name)} DROP COLUMN {identifier(column)}, or declare it again)"
            )
        elif found.sql_type != canonical[column]:
            problems.append(
                f"column {column!r} is stored as {found.sql_type} but declared {canonical[column]} (remedy: "
                f"ALTER TABLE {identifier(table.name)} ALTER COLUMN {identifier(column)} TYPE {types[column]}, "
                "or give the new meaning a new name)"
            )
        elif found.nullable != bool(table.columns[column].nullable):
            have, want = ("nullable", "not null") if found.nullable else ("not null", "nullable")
            verb = "SET" if found.nullable else "DROP"
            problems.append(
                f"column {column!r} is stored {found.sql_type} {have} but declared {canonical[column]} {want} (remedy: "
                f"ALTER TABLE {identifier(table.name)} ALTER COLUMN {identifier(column)} {verb} NOT NULL)"
            )
    required = [c for c in types if c not in stored and not table.columns[c].nullable]
    if required and connection.execute(f"SELECT 1 FROM {qualified(table)} LIMIT 1").fetchone():  # noqa: S608
        problems += [
            f"column {column!r} is not stored but declared {canonical[column]} not null, and the table has rows "
            f"(remedy: declare it nullable, or DROP TABLE {identifier(table.name)} and fill it again)"
            for column in required
        ]
    if problems:
        raise SchemaMismatch(
            f"the stored table {table.name} differs from its declaration, nothing was written: " + "; ".join(problems)
        )


def _sql_type(arrow_type: pa.DataType) -> str:
    if pa.types.is_list(arrow_type):
        return _sql_type(arrow_type.value_type) + "[]"
    if pa.types.is_struct(arrow_type):
        return "STRUCT(" + ", ".join(f"{identifier(item.name)} {_sql_type(item.type)}" for item in arrow_type) + ")"
    if arrow_type not in _SCALARS:
        raise TypeError(f"no column kind of tables.columns has the Arrow type {arrow_type}")
    return _SCALARS[arrow_type]


def _create(table: Table, name: str) -> str:
    columns = [
        f"    {identifier(column)} {sql_type}" + ("" if table.columns[column].nullable else " NOT NULL")
        for column, sql_type in sql_types(table).items()
    ]
    return f"CREATE TABLE {name} (\n" + ",\n".join(columns) + "\n)"


def _comments(table: Table, name: str, stored: Mapping[str, StoredColumn], stored_comment: str | None) -> list[str]:
    statements = []
    if table.row != stored_comment:
        statements.append(f"COMMENT ON TABLE {name} IS {literal(table.row)}")
    for column, declared in table.columns.items():
        known = stored[column].comment if column in stored else None
        if declared.description and declared.description != known:
            statements.append(f"COMMENT ON COLUMN {name}.{identifier(column)} IS {literal(declared.description)}")
    return statements


def _canonical(connection: duckdb.DuckDBPyConnection, types: Mapping[str, str]) -> dict[str, str]:
    """The types as DuckDB spells them, which is how the catalog has them."""
    unknown = sorted(set(types.values()) - _SPELLED.keys())
    if unknown:
        spelled = ", ".join(f"typeof(CAST(NULL AS {sql_type}))" for sql_type in unknown)
        row = connection.execute(f"SELECT {spelled}").fetchone() or ()
        _SPELLED.update(zip(unknown, row, strict=True))
    return {column: _SPELLED[sql_type] for column, sql_type in types.items()}
