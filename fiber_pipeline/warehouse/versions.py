"""Whether a batch has moved on: every table of a batch has a version, and knows the versions it was made from.

A step reads tables in certain versions (`SourceTable`), computes, and names them when it writes. Inside the write's
transaction they must still be the current ones, and made themselves from what is current; else the step has been
overtaken by another reading of the file and may not write. So no two readings meet in a batch, whoever else runs,
and no lock is held while engines think.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import duckdb
import pandas as pd
import pyarrow as pa

from fiber_pipeline.tables import BATCH_TABLES, ERASURES
from fiber_pipeline.warehouse import schema
from fiber_pipeline.warehouse.errors import Overtaken
from fiber_pipeline.warehouse.schema import qualified
from fiber_pipeline.warehouse.transaction import replace_rows

# The version of rows from before versions were kept.
UNVERSIONED = ""
_CARRIED = "fiber_pipeline/sources"


@dataclass(frozen=True)
class SourceTable:
    """A batch's table as it was read.

    made_from: the versions, by table, that it was made from. erasure: the last one there was when it was looked at.
    """

    table: str
    version: str = UNVERSIONED
    made_from: Mapping[str, str] = field(default_factory=dict)
    erasure: str = ""


def carry(frame: pd.DataFrame, sources: Mapping[str, Sequence[SourceTable]]) -> pd.DataFrame:
    """Return `frame` with a note of what it is, or was made from, by batch."""
    frame.attrs[_CARRIED] = sources
    return frame


def carried(frame: pd.DataFrame) -> Mapping[str, Sequence[SourceTable]]:
    """The note that `carry` left; empty if there is none."""
    noted: Mapping[str, Sequence[SourceTable]] = frame.attrs.get(_CARRIED, {})
    return noted


def take_sources(frames: Iterable[pd.DataFrame]) -> Mapping[str, Sequence[SourceTable]]:
    """Take the notes off the frames that a step has read: its sources, by batch.

    Raises Overtaken if one of them was made from another version of a second than the one that was read: the batch
    was written to between the two readings.
    """
    together: dict[str, dict[str, SourceTable]] = {}
    for frame in frames:
        for batch, sources in frame.attrs.pop(_CARRIED, {}).items():
            together.setdefault(batch, {}).update({source.table: source for source in sources})
    for batch, sources in together.items():
        for source in sources.values():
            _check(batch, {name: sources[name].version for name in source.made_from if name in sources}, source)
    return {batch: tuple(sources.values()) for batch, sources in together.items()}


def stored_sources(connection: duckdb.DuckDBPyConnection, batch: str) -> dict[str, SourceTable]:
    """What is known of the batch's tables, by table."""
    if not schema.stored_columns(connection, BATCH_TABLES):
        return {}
    rows = connection.execute(
        f"SELECT table_name, version, made_from FROM {qualified(BATCH_TABLES)} WHERE batch = ?",  # noqa: S608
        [batch],
    ).fetchall()
    return {
        table: SourceTable(table, version, {each["table_name"]: each["version"] for each in made_from})
        for table, version, made_from in rows
    }


def read_sources(
    connection: duckdb.DuckDBPyConnection | None, table: str, batches: Sequence[str]
) -> dict[str, tuple[SourceTable]]:
    """What is about to be read of `table`. Raises Overtaken for a batch in which it is not up to date itself.

    connection: None where there is no warehouse yet.
    """
    sources = {}
    for batch in batches:
        stored = stored_sources(connection, batch) if connection else {}
        source = stored.get(table, SourceTable(table))
        _check_line(batch, stored, source)
        sources[batch] = (source,)
    return sources


def record(
    connection: duckdb.DuckDBPyConnection,
    batch: str,
    tables: Sequence[str],
    made_from: Sequence[SourceTable],
    replacing: SourceTable | None,
) -> None:
    """Note, inside the transaction that writes them, that `tables` have a new version made from `made_from`.

    replacing: what they take the place of, if that matters; what was erased since that was looked at may have been
    in the file. Raises Overtaken, and the transaction must not be committed, unless all these are current.
    """
    stored = stored_sources(connection, batch)
    if replacing and replacing.erasure != last_erasure(connection):
        raise Overtaken(f"something was erased while the file of {batch} was being read; nothing was written")
    for source in (*made_from, *([replacing] if replacing else ())):
        if stored.get(source.table, SourceTable(source.table)).version != source.version:
            raise _overtaken(batch, source.table)
    for source in made_from:
        _check_line(batch, stored, source)
    version = _new_version(datetime.now(UTC))
    names = {source.table: source.version for source in made_from}
    entries = stored | {table: SourceTable(table, version, names) for table in tables}
    # All rows of the batch are written anew, so that two writes of one batch meet where transactions may overlap.
    replace_rows(connection, BATCH_TABLES, _rows(batch, entries.values()), batch)


def last_erasure(connection: duckdb.DuckDBPyConnection) -> str:
    """The last erasure there was; empty if there was none."""
    if not schema.stored_columns(connection, ERASURES):
        return ""
    found = connection.execute(f"SELECT max(erasure) FROM {qualified(ERASURES)}").fetchone()  # noqa: S608
    return found[0] or "" if found else ""


def record_erasure(connection: duckdb.DuckDBPyConnection) -> None:
    """Note, inside the transaction that erases, that something was erased."""
    now = datetime.now(UTC)
    row = pa.Table.from_pylist([{"erasure": _new_version(now), "erased_at": now}], schema=ERASURES.arrow_schema)
    replace_rows(connection, ERASURES, row, None)


def history(connection: duckdb.DuckDBPyConnection | None) -> str:
    """What all batches' tables are at now: another text after anything of any batch was written or erased."""
    if connection is None or not schema.stored_columns(connection, BATCH_TABLES):
        return ""
    versions = "string_agg(concat_ws(chr(31), batch, table_name, version), chr(30) ORDER BY batch, table_name)"
    found = connection.execute(f"SELECT md5({versions}) FROM {qualified(BATCH_TABLES)}").fetchone()  # noqa: S608
    return found[0] or "" if found else ""


def renew(connection: duckdb.DuckDBPyConnection, batches: Sequence[str]) -> None:
    """Give these batches' tables new versions without making them stale, so that what was read before is overtaken."""
    mark = f"+{secrets.token_hex(4)}"
    for batch in batches:
        entries = [
            SourceTable(
                each.table,
                each.version + mark,
                {table: version and version + mark for table, version in each.made_from.items()},
            )
            for each in stored_sources(connection, batch).values()
        ]
        if entries:
            replace_rows(connection, BATCH_TABLES, _rows(batch, entries), batch)


def _new_version(now: datetime) -> str:
    return f"{now:%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(4)}"


def _check_line(batch: str, stored: Mapping[str, SourceTable], source: SourceTable) -> None:
    """Raise Overtaken unless what `source` was made from is current, up to the reading of the file."""
    _check(batch, {name: stored[name].version if name in stored else UNVERSIONED for name in source.made_from}, source)
    for table in source.made_from:
        if table in stored:
            _check_line(batch, stored, stored[table])


def _check(batch: str, current: Mapping[str, str], source: SourceTable) -> None:
    for table, version in current.items():
        if source.made_from[table] != version:
            raise Overtaken(
                f"{source.table} of {batch} was made from an earlier {table} than there is now, and nothing was "
                f"written; analyse the batch again, or materialize what follows {table}"
            )


def _overtaken(batch: str, table: str) -> Overtaken:
    return Overtaken(
        f"{batch} was overtaken by another run: its {table} was written anew since this step read it; nothing was "
        "written. What that run makes of the batch stands; run it again if that run failed"
    )


def _rows(batch: str, entries: Iterable[SourceTable]) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "batch": batch,
                "table_name": entry.table,
                "version": entry.version,
                "made_from": [{"table_name": table, "version": version} for table, version in entry.made_from.items()],
            }
            for entry in entries
        ],
        schema=BATCH_TABLES.arrow_schema,
    )
