"""Taking a batch or a customer out of every table, to the last byte.

Deleted rows stay in a database file's free blocks until they are overwritten. So after the deletion is committed the
database is copied into a new file, which takes the old one's place while everybody waits. What this cannot reach:
backups, snapshots and the disk's own spare blocks.

Tables over the whole history (`themes`, `insights`, …) lose the erased comment ids and the rows that stand for the
erased batch or customer; their figures still count the erased comments until they are materialized again.
"""

import os
from collections.abc import Sequence

import duckdb
import pyarrow as pa

from fiber_pipeline.tables import Table
from fiber_pipeline.tables.table import PARTITION_COLUMN
from fiber_pipeline.warehouse import schema
from fiber_pipeline.warehouse.access import FileAccess
from fiber_pipeline.warehouse.schema import CATALOG, identifier, qualified

_ERASED = "temp.main.erased_comments"
_REWRITTEN = "rewritten"


def erase(
    access: FileAccess, tables: Sequence[Table], timeout: float, batch: str | None, customer_id: str | None
) -> dict[str, int]:
    """Erase a batch, or a customer found by `raw_comments.customer_id`; the rows each table lost.

    Raises ValueError unless exactly one of the two is given, WarehouseBusy if the file was not to be had in time.
    """
    wanted = batch if customer_id is None else customer_id
    if not wanted or (batch is not None and customer_id is not None):
        raise ValueError("name either a batch or a customer to erase")
    if not access.location.path.exists():
        return {table.name: 0 for table in tables}
    with access.writing(timeout) as connection:
        stored = {table.name: table for table in tables if schema.stored_columns(connection, table)}
        connection.begin()
        _find(connection, stored, batch, customer_id)
        removed = {table.name: 0 for table in tables}
        for table in stored.values():
            removed[table.name] = _delete(connection, table, batch, customer_id)
            if not table.partitioned:
                removed[table.name] += _delete_members(connection, table, wanted)
                _drop_ids(connection, table)
        for table in stored.values():
            for statement in table.reconcile:
                connection.execute(statement)
        connection.commit()
        _rewrite(access, connection)
    return removed


def _find(
    connection: duckdb.DuckDBPyConnection, stored: dict[str, Table], batch: str | None, customer_id: str | None
) -> None:
    """Note the rows and comments to erase: a comment belongs to a customer through its raw row."""
    connection.execute(
        f"CREATE TEMP TABLE {_ERASED.split('.')[-1]} (batch VARCHAR, row_id VARCHAR, comment_id VARCHAR)"
    )
    column, value = ("batch", batch) if customer_id is None else ("customer_id", customer_id)
    if "raw_comments" in stored:
        connection.execute(
            f"INSERT INTO {_ERASED} SELECT batch, row_id, NULL FROM {CATALOG}.main.raw_comments WHERE {column} = ?",  # noqa: S608
            [value],
        )
    if "comments" in stored:
        connection.execute(
            f"INSERT INTO {_ERASED} SELECT batch, row_id, comment_id FROM {CATALOG}.main.comments "  # noqa: S608
            f"WHERE {column} = ? OR (batch, row_id) IN (SELECT (batch, row_id) FROM {_ERASED})",
            [value],
        )


def _delete(connection: duckdb.DuckDBPyConnection, table: Table, batch: str | None, customer_id: str | None) -> int:
    name = qualified(table)
    if not table.partitioned:
        return 0
    if batch is not None:
        return _count(connection, f"DELETE FROM {name} WHERE {identifier(PARTITION_COLUMN)} = ?", [batch])  # noqa: S608
    if "comment_id" in table.columns:
        query = f"DELETE FROM {name} WHERE (batch, comment_id) IN (SELECT (batch, comment_id) FROM {_ERASED})"  # noqa: S608
        return _count(connection, query, [])
    if "row_id" in table.columns:
        query = f"DELETE FROM {name} WHERE (batch, row_id) IN (SELECT (batch, row_id) FROM {_ERASED})"  # noqa: S608
        return _count(connection, query, [])
    # Rejected rows name their customer only in one of their cells.
    return sum(
        _count(
            connection,
            f"DELETE FROM {name} WHERE list_contains(json_extract_string({identifier(column)}, '{cells}'), ?)",  # noqa: S608
            [customer_id],
        )
        for column in schema.json_columns(table)
        for cells in ("$.*", "$[*]")
    )


def _delete_members(connection: duckdb.DuckDBPyConnection, table: Table, wanted: str) -> int:
    """Rows about the batch or the customer itself, such as the NPS of that batch."""
    texts = [item.name for item in table.arrow_schema if item.type == pa.string()]
    where = " OR ".join(f"{identifier(name)} = ?" for name in texts)
    return _count(connection, f"DELETE FROM {qualified(table)} WHERE {where}", [wanted] * len(texts))  # noqa: S608


def _drop_ids(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Take erased comments out of lists of examples and evidence."""
    for item in table.arrow_schema:
        if item.type == pa.list_(pa.string()):
            name = identifier(item.name)
            connection.execute(
                f"UPDATE {qualified(table)} SET {name} = list_filter({name}, lambda item: item NOT IN (SELECT "  # noqa: S608
                f"comment_id FROM {_ERASED} WHERE comment_id IS NOT NULL))"
            )


def _count(connection: duckdb.DuckDBPyConnection, query: str, parameters: list[str | None]) -> int:
    count: int = connection.execute(query, parameters).fetchall()[0][0]
    return count


def _rewrite(access: FileAccess, connection: duckdb.DuckDBPyConnection) -> None:
    """Copy the database into a new file and put it in the old one's place, which is held open meanwhile."""
    location = access.location
    connection.execute(f"CHECKPOINT {CATALOG}")
    fresh = location.fresh_path
    fresh.unlink(missing_ok=True)
    fresh.with_name(fresh.name + ".wal").unlink(missing_ok=True)
    access.attach(connection, fresh, _REWRITTEN, read_only=False)
    connection.execute(f"COPY FROM DATABASE {CATALOG} TO {_REWRITTEN}")
    connection.execute(f"CHECKPOINT {_REWRITTEN}")
    connection.execute(f"DETACH {_REWRITTEN}")
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    fresh.replace(location.path)
