"""What happens to a table inside a transaction that somebody else begins and commits."""

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from fiber_pipeline.tables import Table
from fiber_pipeline.tables.table import PARTITION_COLUMN
from fiber_pipeline.warehouse import schema
from fiber_pipeline.warehouse.schema import identifier, qualified

# The names `Table.reconcile` knows them by.
_INCOMING = "incoming_rows"
_REPLACED = "replaced_rows"


def replace_rows(
    connection: duckdb.DuckDBPyConnection, table: Table, rows: pa.Table, partition: str | None
) -> tuple[tuple[str, ...], int]:
    """Put `rows` in the place of the partition (of all rows, if None); returns the added columns and the rows replaced.

    `rows` must fit the table already. Raises SchemaMismatch if the stored table does not.
    """
    added = schema.bring_up_to_date(connection, table)
    where, parameters = (f"{identifier(PARTITION_COLUMN)} = ?", [partition]) if partition is not None else ("true", [])
    replaced = delete_rows(connection, table, where, parameters)
    connection.register(_INCOMING, rows)
    connection.execute(f"INSERT INTO {qualified(table)} BY NAME SELECT * FROM {_INCOMING}")  # noqa: S608
    reconcile(connection, table)
    return added, replaced


def delete_rows(connection: duckdb.DuckDBPyConnection, table: Table, where: str, parameters: Sequence[object]) -> int:
    """Delete rows, keeping them as `replaced_rows` for `reconcile` to read; returns how many there were."""
    if table.reconcile:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {_REPLACED} AS SELECT * FROM {qualified(table)} WHERE {where}",  # noqa: S608
            list(parameters),
        )
    deleted: int = connection.execute(
        f"DELETE FROM {qualified(table)} WHERE {where}",  # noqa: S608
        list(parameters),
    ).fetchall()[0][0]
    return deleted


def reconcile(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Bring facts that span batches up to date with the rows that came and went."""
    for statement in table.reconcile:
        connection.execute(statement)
