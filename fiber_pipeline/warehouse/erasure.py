"""Taking a batch or a customer out of every table, to the last byte.

Deleted rows stay in a database file's free blocks until they are overwritten. So after the deletion is committed the
database is copied into a new file, which takes the old one's place while everybody waits. What this cannot reach:
backups, snapshots and the disk's own spare blocks.

Tables over the whole history (`themes`, `insights`, …) lose the erased comment ids and the rows that stand for the
erased batch or customer; their figures still count the erased comments until they are materialized again.
"""

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from fiber_pipeline.tables import BATCH_TABLES, Table
from fiber_pipeline.tables.identifiers import CUSTOMER_KEY_SQL, customer_key
from fiber_pipeline.tables.table import PARTITION_COLUMN
from fiber_pipeline.warehouse import schema
from fiber_pipeline.warehouse.access import FileAccess
from fiber_pipeline.warehouse.rewriting import rewrite
from fiber_pipeline.warehouse.schema import identifier, qualified
from fiber_pipeline.warehouse.transaction import delete_rows, reconcile, replace_rows
from fiber_pipeline.warehouse.versions import record_erasure, renew

_ERASED = "erased_rows"
_OF_ERASED_COMMENT = f"(batch, comment_id) IN (SELECT (batch, comment_id) FROM {_ERASED})"  # noqa: S608
_OF_ERASED_ROW = f"(batch, row_id) IN (SELECT (batch, row_id) FROM {_ERASED})"  # noqa: S608


def erase(
    access: FileAccess,
    tables: Sequence[Table],
    timeout: float,
    batch: str | None,
    customer_id: str | None,
    *,
    dry_run: bool = False,
) -> dict[str, int]:
    """Erase a batch, or a customer found by `raw_comments.customer_id`; the rows each table lost.

    dry_run: take everything back in the end, and say what would be lost.
    A customer's case and spaces do not count (`tables.identifiers`).
    Raises ValueError unless exactly one of the two is given, WarehouseBusy if the file was not to be had in time. Cut
    short after the rows are gone but before the file is rewritten, it is finished by calling it again.
    """
    if bool(batch) == bool(customer_id):
        raise ValueError("name either a batch or a customer to erase")
    removed = {table.name: 0 for table in tables}
    if not access.location.path.exists():
        return removed
    with access.writing(timeout) as connection:
        stored = [table for table in tables if schema.stored_columns(connection, table)]
        connection.begin()
        _find(connection, {table.name for table in stored}, batch, customer_id)
        for table in stored:
            if table.partitioned:
                removed[table.name] = _erase_rows(connection, table, batch, customer_id)
            else:
                about = table.about_batch if batch else table.about_customer
                removed[table.name] = _erase_mentions(connection, table, about, _name(batch, customer_id))
        if dry_run:
            connection.rollback()
            return removed
        _overtake(connection, batch)
        connection.commit()
        rewrite(access, connection)
    return removed


def _find(connection: duckdb.DuckDBPyConnection, stored: set[str], batch: str | None, customer_id: str | None) -> None:
    """Note the rows and comments to erase: a comment belongs to a customer through its raw row."""
    connection.execute(f"CREATE TEMP TABLE {_ERASED} (batch VARCHAR, row_id VARCHAR, comment_id VARCHAR)")
    column, value = PARTITION_COLUMN if batch else CUSTOMER_KEY_SQL.format("customer_id"), _name(batch, customer_id)
    if "raw_comments" in stored:
        connection.execute(
            f"INSERT INTO {_ERASED} SELECT batch, row_id, NULL FROM raw_comments WHERE {column} = ?",  # noqa: S608
            [value],
        )
    if "comments" in stored:
        connection.execute(
            f"INSERT INTO {_ERASED} SELECT batch, row_id, comment_id FROM comments "  # noqa: S608
            f"WHERE {column} = ? OR {_OF_ERASED_ROW}",
            [value],
        )


def _name(batch: str | None, customer_id: str | None) -> str:
    """What rows are compared with."""
    return batch or customer_key(str(customer_id))


def _erase_rows(connection: duckdb.DuckDBPyConnection, table: Table, batch: str | None, customer_id: str | None) -> int:
    parameters: list[object] = []
    if batch:
        where = f"{identifier(PARTITION_COLUMN)} = ?"
        parameters.append(batch)
    elif "comment_id" in table.columns:
        where = _OF_ERASED_COMMENT
    elif "row_id" in table.columns:
        where = _OF_ERASED_ROW
    else:
        # Rejected rows name their customer only in one of their cells.
        cells = [
            f"list_contains(list_transform(json_extract_string({identifier(column)}, '{path}'), "
            f"lambda cell: {CUSTOMER_KEY_SQL.format('cell')}), ?)"
            for column in schema.json_columns(table)
            for path in ("$.*", "$[*]")
        ]
        where = " OR ".join(cells) or "false"
        parameters += [_name(batch, customer_id)] * len(cells)
    schema.bring_up_to_date(connection, table)
    erased = delete_rows(connection, table, where, parameters)
    connection.register("incoming_rows", table.arrow_schema.empty_table())
    reconcile(connection, table)
    return erased


def _erase_mentions(connection: duckdb.DuckDBPyConnection, table: Table, about: str | None, name: str) -> int:
    """Take erased comments out of lists of examples and evidence, and the rows `about` the batch or customer itself."""
    schema.bring_up_to_date(connection, table)
    lists = [item.name for item in table.arrow_schema if item.type == pa.list_(pa.string())]
    gone: set[str] = set()
    for column in lists:
        found = connection.execute(
            f"SELECT DISTINCT item FROM (SELECT unnest({identifier(column)}) AS item FROM {qualified(table)}) "  # noqa: S608
            f"WHERE item IN (SELECT comment_id FROM {_ERASED})"
        ).fetchall()
        gone.update(item for (item,) in found)
    replaced = ", ".join(
        f"list_filter({identifier(column)}, lambda item: NOT list_contains($gone, item)) AS {identifier(column)}"
        for column in lists
    )
    kept = connection.execute(
        f"SELECT *{f' REPLACE ({replaced})' if lists else ''} FROM {qualified(table)} "  # noqa: S608
        f"WHERE ({about or 'false'}) IS NOT TRUE ORDER BY rowid",
        {**({"name": name} if about else {}), **({"gone": sorted(gone)} if lists else {})},
    ).to_arrow_table()
    _, before = replace_rows(connection, table, kept, None)
    return before - len(kept)


def _overtake(connection: duckdb.DuckDBPyConnection, batch: str | None) -> None:
    """Let no step that has read the erased rows already, in a table or in a file, write what it makes of them."""
    record_erasure(connection)
    if not schema.stored_columns(connection, BATCH_TABLES):
        return
    if batch:
        delete_rows(connection, BATCH_TABLES, f"{identifier(PARTITION_COLUMN)} = ?", [batch])
        return
    found = connection.execute(f"SELECT DISTINCT batch FROM {_ERASED}").fetchall()  # noqa: S608
    renew(connection, [name for (name,) in found])
