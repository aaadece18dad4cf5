"""Copying the database into a new file, which takes the old one's place: to erase to the last byte, or under a key."""

import os

import duckdb

from fiber_pipeline.warehouse.access import FileAccess
from fiber_pipeline.warehouse.errors import KeyMismatch
from fiber_pipeline.warehouse.schema import CATALOG

_REWRITTEN = "rewritten"


def rewrite(access: FileAccess, connection: duckdb.DuckDBPyConnection, under: FileAccess | None = None) -> None:
    """Write the file anew while it is held open by `connection`; killed at any moment, the old or the new one stands.

    under: the same file under another key, which the new one gets.
    """
    location = access.location
    connection.execute(f"CHECKPOINT {CATALOG}")
    (under or access).attach_fresh(connection, _REWRITTEN)
    connection.execute(f"COPY FROM DATABASE {CATALOG} TO {_REWRITTEN}")
    connection.execute(f"DETACH {_REWRITTEN}")
    with location.fresh_path.open("rb") as file:
        os.fsync(file.fileno())
    location.fresh_path.replace(location.path)


def change_key(old: FileAccess, new: FileAccess, timeout: float) -> bool:
    """Write the file anew under the key of `new`; whether there was anything to do.

    Raises KeyMismatch if the file has neither key, WarehouseBusy if it was not to be had in time.
    """
    if not old.location.path.exists():
        return False
    try:
        with new.reading(timeout):
            return False
    except KeyMismatch:
        with old.writing(timeout) as connection:
            new.prepare_for_key(connection)
            rewrite(old, connection, new)
    return True
