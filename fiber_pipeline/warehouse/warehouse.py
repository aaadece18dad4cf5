"""Reading and writing the tables.

A write converts and validates first, while everyone else goes on; only then does it queue for the file, and it holds
it for one transaction: see that the batch has not moved on, bring the table up to date, delete the partition, insert by
name, reconcile, commit.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from fiber_pipeline.tables import ALL_TABLES, OWN_TABLES, SchemaViolation, Table
from fiber_pipeline.tables.table import PARTITION_COLUMN
from fiber_pipeline.warehouse import schema
from fiber_pipeline.warehouse.access import FileAccess, Limits
from fiber_pipeline.warehouse.conversion import to_arrow, to_frame
from fiber_pipeline.warehouse.erasure import erase
from fiber_pipeline.warehouse.location import parse_location
from fiber_pipeline.warehouse.names import CodedNames, bring_up_to_date
from fiber_pipeline.warehouse.rewriting import change_key
from fiber_pipeline.warehouse.schema import identifier, qualified
from fiber_pipeline.warehouse.transaction import replace_rows
from fiber_pipeline.warehouse.versions import (
    SourceTable,
    carry,
    history,
    last_erasure,
    read_sources,
    record,
    stored_sources,
)

_INCOMING = "incoming_rows"


@dataclass(frozen=True)
class WriteReport:
    """What a write did.

    rows: rows the partition (or the unpartitioned table) has now.
    replaced_rows: rows it had before.
    added_columns: columns the stored table gained because the declaration has.
    seconds: the whole call; locked_seconds: the part during which nobody else could write or begin to read.
    """

    table: str
    partition: str | None
    rows: int
    replaced_rows: int
    added_columns: tuple[str, ...]
    seconds: float
    locked_seconds: float


class Warehouse:
    """The tables in one DuckDB file.

    location: the file's path; it and its folder are made by the first write.
    key: turns on DuckDB's encryption at rest; it is never shown.
    tables: the declared tables.
    read_timeout, write_timeout: seconds to wait for others before WarehouseBusy.

    Safe for many threads and processes. Connections are opened for one call and closed after it.
    """

    def __init__(
        self,
        location: str,
        key: str | None = None,
        *,
        tables: Sequence[Table] = ALL_TABLES,
        read_timeout: float = 600.0,
        write_timeout: float = 600.0,
        limits: Limits | None = None,
    ) -> None:
        self.tables: Mapping[str, Table] = {table.name: table for table in tables}
        self._limits = limits or Limits()
        self._access = FileAccess(parse_location(location), key or None, self._limits)
        self._read_timeout = read_timeout
        self._write_timeout = write_timeout

    def __repr__(self) -> str:
        return f"Warehouse({self._access!r})"

    def write(
        self,
        table: Table,
        frame: pd.DataFrame,
        partition: str | None = None,
        made_from: Sequence[SourceTable] = (),
    ) -> WriteReport:
        """Replace a partition (a whole table, if it is not partitioned) by the frame's rows.

        made_from: the batch's tables that the rows were computed from, as they were read (`read_batches`); none for
        what was read from its file. Raises Overtaken if one of them is no longer the current one, SchemaViolation if
        the frame does not fit the table, SchemaMismatch if the stored table does not, WarehouseBusy if the file was
        not to be had in time; the stored rows then stand as they were.
        """
        return self.write_many([(table, frame)], partition, made_from)[0]

    def write_many(
        self,
        frames: Sequence[tuple[Table, pd.DataFrame]],
        partition: str | None = None,
        made_from: Sequence[SourceTable] = (),
        replacing: SourceTable | None = None,
    ) -> list[WriteReport]:
        """Replace the same partition of several tables in one transaction: all of them or none.

        Reports come in the order of `frames`; their version is one. `made_from` and errors as for `write`. replacing:
        what stood there when the rows' file was about to be read (`current`); Overtaken if something else does now.
        """
        began = time.perf_counter()
        checked = [(table, _checked(table, frame, partition)) for table, frame in frames]
        with self._access.writing(self._write_timeout) as connection:
            locked = time.perf_counter()
            connection.begin()
            if partition is not None:
                record(connection, partition, [table.name for table, _ in frames], made_from, replacing)
            done = [(table, rows, *replace_rows(connection, table, rows, partition)) for table, rows in checked]
            connection.commit()
        now = time.perf_counter()
        return [
            WriteReport(table.name, partition, len(rows), replaced, added, now - began, now - locked)
            for table, rows, added, replaced in done
        ]

    def read(
        self, table: Table, columns: Sequence[str] | None = None, partitions: Sequence[str] | None = None
    ) -> pd.DataFrame:
        """The table's rows as a frame of the declared types, ordered by batch and, within it, as they were written.

        columns: only these, in this order. partitions: only these batches; None for all. A table that was never
        written is empty.
        """
        names = list(table.columns) if columns is None else list(columns)
        unknown = [name for name in names if name not in table.columns]
        if unknown or not names:
            raise ValueError(f"{table.name} has no columns {unknown}; it has {list(table.columns)}")
        if partitions is not None and not table.partitioned:
            raise ValueError(f"{table.name} is not partitioned, but partitions were asked for")
        with self._access.reading(self._read_timeout) as connection:
            return _read(connection, table, names, partitions)

    def read_batches(self, table: Table, columns: Sequence[str] | None, batches: Sequence[str]) -> pd.DataFrame:
        """What `read` returns of these batches, with a note of the versions that were read (`versions.carried`).

        Raises Overtaken for a batch whose rows were made from others than there are now.
        """
        names = list(table.columns) if columns is None else list(columns)
        with self._access.reading(self._read_timeout) as connection:
            frame = _read(connection, table, names, batches)
            return carry(frame, read_sources(connection, table.name, batches))

    def current(self, table: Table, batch: str) -> SourceTable:
        """The version of a batch's table that stands now, for `write` to replace."""
        with self._access.reading(self._read_timeout) as connection:
            if connection is None:
                return SourceTable(table.name)
            found = stored_sources(connection, batch).get(table.name, SourceTable(table.name))
            return replace(found, erasure=last_erasure(connection))

    @contextmanager
    def measuring(self) -> Iterator[str]:
        """Let nobody else measure the whole history meanwhile, so that older figures never replace newer ones.

        For as long as it takes to read, compute and write. Yields what the history is at (`history`); figures are
        current as long as it is that. Raises WarehouseBusy if others measure for too long.
        """
        with self._access.measuring(self._write_timeout):
            yield self.history()

    def history(self) -> str:
        """What all batches' tables are at now: another text after anything of any batch was written or erased."""
        with self._access.reading(self._read_timeout) as connection:
            return history(connection)

    @contextmanager
    def reader(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A read-only connection in which every declared table exists with its declared columns.

        It sees one state of the warehouse throughout, and writers wait until it is left: read, leave, then compute.
        It opens no other file; hand results on as Arrow or pandas.
        """
        with self._access.reading(self._read_timeout) as connection:
            if connection is not None:
                _complete(connection, [*self.tables.values(), *OWN_TABLES])
                yield connection
                return
        with duckdb.connect(":memory:", config={"autoload_known_extensions": False}) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("SET enable_external_access = false")
            _complete(connection, [*self.tables.values(), *OWN_TABLES])
            yield connection

    def erase(
        self, batch: str | None = None, customer_id: str | None = None, *, dry_run: bool = False
    ) -> dict[str, int]:
        """Take a batch or a customer out of every table; the rows each table lost, or would lose. See `erasure`."""
        tables = tuple(self.tables.values())
        return erase(self._access, tables, self._write_timeout, batch, customer_id, dry_run=dry_run)

    def change_key(self, new: str) -> bool:
        """Write the file anew under the key `new`, its first or another; False if it has that key, or is not there.

        Whoever opens it with the old key is refused from then on. Raises KeyMismatch if it has neither key.
        """
        under = FileAccess(self._access.location, new, self._limits)
        return change_key(self._access, under, self._write_timeout)

    def bring_names_up_to_date(self, names: CodedNames) -> dict[str, int]:
        """Let every coded name in the tables be one of these keys; the rows of each table that changed. See `names`."""
        tables = tuple(self.tables.values())
        return bring_up_to_date(self._access, tables, self._read_timeout, self._write_timeout, names)

    def first_ingested(self, batch: str, file_sha256: str) -> datetime | None:
        """When this content was first read into this batch, so that a rerun keeps the date; None if it never was."""
        with self.reader() as connection:
            row = connection.execute(
                "SELECT epoch_us(min(ingested_at)) FROM raw_comments WHERE batch = ? AND file_sha256 = ?",
                [batch, file_sha256],
            ).fetchone()
        if row is None or row[0] is None:
            return None
        moment: datetime = pd.Timestamp(row[0], unit="us", tz="UTC").to_pydatetime()
        return moment

    def batches(self) -> pd.DataFrame:
        """One row per batch: batch, file_sha256, rows, ingested_at, copy_of.

        copy_of: the earliest batch of the same content; null for that one.
        """
        with self.reader() as connection:
            rows = connection.execute(_BATCHES).to_arrow_table()
        frame: pd.DataFrame = rows.cast(_BATCHES_SCHEMA).to_pandas(types_mapper=pd.ArrowDtype)
        return frame

    def row_counts(self) -> dict[str, int]:
        """Rows of each declared table."""
        with self.reader() as connection:
            return {
                name: connection.execute(f"SELECT count(*) FROM {identifier(name)}").fetchall()[0][0]  # noqa: S608
                for name in self.tables
            }


def _read(
    connection: duckdb.DuckDBPyConnection | None,
    table: Table,
    names: Sequence[str],
    partitions: Sequence[str] | None,
) -> pd.DataFrame:
    stored = schema.stored_columns(connection, table) if connection else {}
    if connection is None or not stored:
        return table.empty()[list(names)]
    schema.check_stored(connection, table, stored)
    query, parameters = _selection(table, names, stored, partitions)
    return to_frame(table, connection.execute(query, parameters).to_arrow_table())


_BATCHES = """
WITH batches AS (
    SELECT batch, file_sha256, count(*) AS "rows", min(ingested_at) AS ingested_at
    FROM raw_comments
    GROUP BY batch, file_sha256
)
SELECT *, nullif(first_value(batch) OVER (PARTITION BY file_sha256 ORDER BY ingested_at, batch), batch) AS copy_of
FROM batches
ORDER BY batch, file_sha256
"""
_BATCHES_SCHEMA = pa.schema(
    {
        "batch": pa.string(),
        "file_sha256": pa.string(),
        "rows": pa.int64(),
        "ingested_at": pa.timestamp("us", "UTC"),
        "copy_of": pa.string(),
    }
)


def _checked(table: Table, frame: pd.DataFrame, partition: str | None) -> pa.Table:
    """The frame as Arrow rows that fit the table and the partition in every respect."""
    if table.partitioned and not partition:
        raise ValueError(f"{table.name} is written a batch at a time; name the batch")
    if not table.partitioned and partition is not None:
        raise ValueError(f"{table.name} is not partitioned, but was to be written as partition {partition!r}")
    rows = to_arrow(table, frame)
    table.validate(rows.to_pandas(types_mapper=pd.ArrowDtype))
    if table.partitioned and len(rows):
        foreign = pc.filter(rows[PARTITION_COLUMN], pc.not_equal(rows[PARTITION_COLUMN], partition))
        if len(foreign):
            raise SchemaViolation(
                f"{table.name}: {len(foreign)} rows of partition {partition!r} name another batch, "
                f"for example {foreign[0].as_py()!r}"
            )
    _check_json(table, rows)
    return rows


def _check_json(table: Table, rows: pa.Table) -> None:
    columns = schema.json_columns(table)
    if not columns or not len(rows):
        return
    with duckdb.connect(":memory:", config={"autoload_known_extensions": False}) as connection:
        connection.register(_INCOMING, rows.select(columns))
        for column in columns:
            name = identifier(column)
            count = connection.execute(
                f"SELECT count(*) FROM {_INCOMING} WHERE NOT json_valid({name})"  # noqa: S608
            ).fetchall()[0][0]
            if count:
                raise SchemaViolation(f"{table.name}: column {column!r} is no JSON document in {count} rows")


def _selection(
    table: Table, names: Sequence[str], stored: Mapping[str, schema.StoredColumn], partitions: Sequence[str] | None
) -> tuple[str, list[object]]:
    types = schema.sql_types(table)
    selected = [_as_declared(name, types[name], is_stored=name in stored, json_as_text=True) for name in names]
    query = f"SELECT {', '.join(selected)} FROM {qualified(table)}"  # noqa: S608
    parameters: list[object] = []
    if partitions is not None:
        query += f" WHERE {identifier(PARTITION_COLUMN)} IN (SELECT unnest(?::VARCHAR[]))"
        parameters.append(list(partitions))
    order = "rowid"
    if table.partitioned and (partitions is None or len(partitions) > 1):
        order = f"{identifier(PARTITION_COLUMN)}, rowid"
    return f"{query} ORDER BY {order}", parameters


def _as_declared(name: str, sql_type: str, *, is_stored: bool, json_as_text: bool) -> str:
    if not is_stored:
        expression = f"CAST(NULL AS {sql_type})"
    elif sql_type == "JSON" and json_as_text:
        expression = f"CAST({identifier(name)} AS VARCHAR)"
    else:
        return identifier(name)
    return f"{expression} AS {identifier(name)}"


def _complete(connection: duckdb.DuckDBPyConnection, tables: Iterable[Table]) -> None:
    """Give the connection, and it alone, what is declared but not stored."""
    declared = tuple(tables)
    found = schema.stored_tables(connection, declared)
    for table in declared:
        stored = found[table.name]
        if stored:
            schema.check_stored(connection, table, stored)
        types = schema.sql_types(table)
        if all(name in stored for name in types):
            continue
        columns = ", ".join(
            _as_declared(name, sql_type, is_stored=name in stored, json_as_text=False)
            for name, sql_type in types.items()
        )
        source = f"FROM {qualified(table)}" if stored else "WHERE false"
        connection.execute(f"CREATE TEMP VIEW {identifier(table.name)} AS SELECT {columns} {source}")
