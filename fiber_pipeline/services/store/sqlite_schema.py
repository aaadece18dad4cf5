"""The tables of the embedded store, and how a file of an earlier version becomes one of this."""

import sqlite3
from collections.abc import Sequence

from fiber_pipeline.services.store.errors import StoreError

APPLICATION_ID = 0x66_69_62_72
"""Marks the file as ours (`file` and SQLite show it): "fibr"."""

MIGRATIONS = (
    # 1: as first released. Answers are narrow and apart from their bodies: ageing, statistics and noting a use go over
    # many of them and read no body. Money is in nanodollars, moments in microseconds (calls) or seconds (answers).
    """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

    CREATE TABLE labels (
        label INTEGER PRIMARY KEY,
        provider TEXT NOT NULL, operation TEXT NOT NULL, model TEXT NOT NULL, prompt_version TEXT,
        hits INTEGER NOT NULL DEFAULT 0, misses INTEGER NOT NULL DEFAULT 0
    );
    CREATE UNIQUE INDEX labels_by_name ON labels (provider, operation, model, ifnull(prompt_version, ''));

    CREATE TABLE answers (
        answer INTEGER PRIMARY KEY,
        key BLOB NOT NULL UNIQUE, text BLOB NOT NULL, label INTEGER NOT NULL REFERENCES labels (label),
        size INTEGER NOT NULL, stored_at INTEGER NOT NULL, used_at INTEGER NOT NULL
    );
    CREATE INDEX answers_by_text ON answers (text);
    CREATE TABLE bodies (answer INTEGER PRIMARY KEY, body BLOB NOT NULL);
    CREATE TRIGGER answers_go_with_their_bodies AFTER DELETE ON answers
        BEGIN DELETE FROM bodies WHERE answer = old.answer; END;

    CREATE TABLE calls (
        number INTEGER PRIMARY KEY,
        call_id TEXT NOT NULL UNIQUE, called_at INTEGER NOT NULL, run_id TEXT, batch TEXT, endpoint TEXT NOT NULL,
        label INTEGER NOT NULL REFERENCES labels (label), items INTEGER NOT NULL, reserved INTEGER NOT NULL,
        status TEXT NOT NULL, tokens_in INTEGER, tokens_out INTEGER, tokens_in_cached INTEGER, characters INTEGER,
        records INTEGER, cost INTEGER, latency_ms REAL, retries INTEGER, http_status INTEGER, request_id TEXT,
        detail TEXT
    );
    CREATE INDEX calls_by_time ON calls (called_at, number);

    CREATE TABLE spend (
        scope TEXT PRIMARY KEY, settled INTEGER NOT NULL DEFAULT 0, open INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID;
    """,
    # 2: answers are looked for by their text when something is to be forgotten, and then all can be looked through:
    # the index took a sixth of the time of every settlement.
    "DROP INDEX answers_by_text",
)


def migrate(connection: sqlite3.Connection, place: str, migrations: Sequence[str] = MIGRATIONS) -> None:
    """Bring the file to the newest version, one step and one transaction at a time.

    Raises StoreError for a file that is not ours, and for one of a version that is not known yet.
    """
    version = stored_version(connection, place)
    if version > len(migrations):
        raise StoreError(
            f"{place} is of version {version}, and this program knows {len(migrations)}; "
            "update the program, or move the file away"
        )
    for step, script in enumerate(migrations[version:], start=version + 1):
        try:
            connection.executescript(
                f"BEGIN IMMEDIATE; {script}; PRAGMA application_id = {APPLICATION_ID}; "
                f"PRAGMA user_version = {step}; COMMIT;"
            )
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def stored_version(connection: sqlite3.Connection, place: str) -> int:
    """The version of the file, 0 if it is empty. Raises StoreError if it is somebody else's."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != APPLICATION_ID and tables:
        raise StoreError(f"{place} is a database of something else; move it away, or set FIBER_DATA_DIR apart")
    return int(version)
