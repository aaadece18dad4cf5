"""Names that are coded with the secret of the installation: when it has a further key, every name follows.

Comments, responses and customers are named by codes (the columns declared as `coded`). A code of older keys becomes
one of the newer by a computation that knows nothing but the code, so that a warehouse of a million comments is brought
up to date in one transaction, without its files being read again. A warehouse from before there were keys is one made
with none.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

import duckdb
import pyarrow as pa

from fiber_pipeline.installation import Purpose
from fiber_pipeline.tables import BATCH_TABLES, INSTALLATION_KEYS, Table
from fiber_pipeline.warehouse import schema
from fiber_pipeline.warehouse.access import FileAccess
from fiber_pipeline.warehouse.schema import identifier, qualified
from fiber_pipeline.warehouse.transaction import replace_rows
from fiber_pipeline.warehouse.versions import renew

_RENAMED = "renamed"


class CodedNames(Protocol):
    """What names are coded with: `cleaning.Identities`."""

    @property
    def fingerprints(self) -> Sequence[str]:
        """Of the keys, in order."""

    def renamed(self, purpose: Purpose, names: Sequence[str], made_with: Sequence[str]) -> list[str]:
        """The names now of what had `names` with the keys whose fingerprints are `made_with`.

        Raises SecretUnusable if those are not the first of these keys.
        """


def bring_up_to_date(
    access: FileAccess, tables: Sequence[Table], read_timeout: float, write_timeout: float, names: CodedNames
) -> dict[str, int]:
    """Rename what is named with fewer keys than there are; the rows of each table, none if all was up to date.

    Steps that have read older names are overtaken (`versions`). Raises SecretUnusable if the warehouse's names were
    made with other keys, WarehouseBusy if it was not to be had in time.
    """
    with access.reading(read_timeout) as connection:
        if connection is not None and _made_with(connection) == tuple(names.fingerprints):
            return {}
    with access.writing(write_timeout) as connection:
        connection.begin()
        made_with = _made_with(connection)
        if made_with == tuple(names.fingerprints):
            connection.rollback()
            return {}
        stored = [table for table in tables if schema.stored_columns(connection, table)]
        renamed = {table.name: _rename(connection, table, names, made_with) for table in stored if _coded(table)}
        replace_rows(connection, INSTALLATION_KEYS, _rows(names.fingerprints), None)
        if schema.stored_columns(connection, BATCH_TABLES):
            found = connection.execute(f"SELECT DISTINCT batch FROM {qualified(BATCH_TABLES)}").fetchall()  # noqa: S608
            renew(connection, [batch for (batch,) in found])
        connection.commit()
    return renamed


def _made_with(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """The fingerprints of the keys that the warehouse's names are made with."""
    if not schema.stored_columns(connection, INSTALLATION_KEYS):
        return ()
    rows = connection.execute(f"SELECT fingerprint FROM {qualified(INSTALLATION_KEYS)} ORDER BY position").fetchall()  # noqa: S608
    return tuple(fingerprint for (fingerprint,) in rows)


def _coded(table: Table) -> dict[str, Purpose]:
    """What each coded column of the table is coded for."""
    return {
        name: column.metadata["coded"]
        for name, column in table.columns.items()
        if column.metadata and column.metadata["coded"]
    }


def _rename(connection: duckdb.DuckDBPyConnection, table: Table, names: CodedNames, made_with: Sequence[str]) -> int:
    stored = schema.stored_columns(connection, table)
    for column, purpose in _coded(table).items():
        if column not in stored:
            continue
        is_list = table.arrow_schema.field(column).type == pa.list_(pa.string())
        each = f"unnest({identifier(column)})" if is_list else identifier(column)
        found = connection.execute(f"SELECT DISTINCT {each} AS known FROM {qualified(table)}").fetchall()  # noqa: S608
        known = [name for (name,) in found if name is not None]
        _register(connection, known, names.renamed(purpose, known, made_with))
        if is_list:
            _replace_in_lists(connection, table, column)
        else:
            connection.execute(
                f"UPDATE {qualified(table)} SET {identifier(column)} = {_RENAMED}.name FROM {_RENAMED} "  # noqa: S608
                f"WHERE {identifier(column)} = {_RENAMED}.known"
            )
    connection.unregister(_RENAMED)
    counted: int = connection.execute(f"SELECT count(*) FROM {qualified(table)}").fetchall()[0][0]  # noqa: S608
    return counted


def _register(connection: duckdb.DuckDBPyConnection, known: Iterable[str], renamed: Iterable[str]) -> None:
    columns = [pa.array(known, pa.string()), pa.array(renamed, pa.string())]
    connection.register(_RENAMED, pa.table(columns, names=["known", "name"]))


def _replace_in_lists(connection: duckdb.DuckDBPyConnection, table: Table, column: str) -> None:
    """Rows that hold lists are written anew, so that they stay in their order."""
    name = identifier(column)
    rows = connection.execute(
        f"""
        SELECT * REPLACE (coalesce((
            SELECT list({_RENAMED}.name ORDER BY item.place)
            FROM (SELECT unnest({name}) AS known, generate_subscripts({name}, 1) AS place) AS item
            JOIN {_RENAMED} ON {_RENAMED}.known = item.known
        ), []) AS {name})
        FROM {qualified(table)} ORDER BY rowid
        """  # noqa: S608
    ).to_arrow_table()
    replace_rows(connection, table, rows, None)


def _rows(fingerprints: Sequence[str]) -> pa.Table:
    return pa.table(
        [pa.array(range(len(fingerprints)), pa.int64()), pa.array(fingerprints, pa.string())],
        schema=INSTALLATION_KEYS.arrow_schema,
    )
