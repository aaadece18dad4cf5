"""The journal in a file of its own beside the embedded response store, for the processes of one machine.

A change is forced to the disk before its method returns (`synchronous=FULL`): it survives a power cut.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import filelock

from fiber_pipeline.services.openai.batches.journal.digests import digest_under
from fiber_pipeline.services.openai.batches.journal.protocol import (
    FIELDS,
    MAY_FOLLOW,
    OPEN,
    Contents,
    State,
    Submission,
    Waiting,
    check_fields,
)
from fiber_pipeline.services.store.errors import StoreError

_BUSY_SECONDS = 30.0
_AT_ONCE = 500
_VERSIONS = (
    # 1: as first made, by a program that did not number its files.
    """
    CREATE TABLE IF NOT EXISTS submissions (
        id TEXT PRIMARY KEY, call_id TEXT NOT NULL, state TEXT NOT NULL, endpoint TEXT NOT NULL,
        operation TEXT NOT NULL, fingerprint TEXT NOT NULL, model TEXT NOT NULL, batch TEXT, created_at REAL NOT NULL,
        requests INTEGER NOT NULL, items INTEGER NOT NULL, reserved_usd REAL NOT NULL, remote_id TEXT,
        remote_status TEXT, input_file TEXT, answered INTEGER, detail TEXT
    );
    CREATE TABLE IF NOT EXISTS asked (key BLOB NOT NULL, submission TEXT NOT NULL, PRIMARY KEY (key, submission))
    WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS waiting (batch TEXT PRIMARY KEY, token TEXT NOT NULL, submissions TEXT NOT NULL);
    """,
    # 2: a text is claimed by one submission; what it cost and how far it is; endpoints without a Batch API.
    """
    ALTER TABLE submissions ADD COLUMN prompt_version TEXT;
    ALTER TABLE submissions ADD COLUMN completed INTEGER;
    ALTER TABLE submissions ADD COLUMN cost_usd REAL;
    CREATE INDEX submissions_by_state ON submissions (state, created_at);
    CREATE TABLE claims (key BLOB PRIMARY KEY, submission TEXT NOT NULL) WITHOUT ROWID;
    CREATE INDEX claims_by_submission ON claims (submission);
    INSERT OR IGNORE INTO claims SELECT key, submission FROM asked;
    DROP TABLE asked;
    ALTER TABLE waiting ADD COLUMN since REAL NOT NULL DEFAULT 0;
    ALTER TABLE waiting ADD COLUMN held_back TEXT;
    CREATE TABLE no_batch_api (address TEXT PRIMARY KEY, at REAL NOT NULL);
    """,
)


class SqliteJournal:
    """A `BatchJournal` in a file."""

    def __init__(self, path: Path, key: str | None = None) -> None:
        """Open the journal, made or brought up to date if need be. key: the warehouse's, if it has one.

        Raises StoreError if the file cannot be used.
        """
        self._path = path
        self._digest = digest_under(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{path}: {error}") from error
        self._migrate()

    def __repr__(self) -> str:
        return f"SqliteJournal({str(self._path)!r})"

    def begin(self, submission: Submission, keys: Iterable[str]) -> dict[str, str]:
        """Write down a submission, and claim what it asks for; the keys claimed before, with whose they are."""
        digests = {self._digest(key): key for key in keys}
        with self._writing() as connection:
            connection.execute(
                f"INSERT INTO submissions ({', '.join(FIELDS)}) VALUES ({_places(FIELDS)})",  # noqa: S608 - names of ours
                [getattr(submission, name) for name in FIELDS],
            )
            connection.executemany(
                "INSERT OR IGNORE INTO claims VALUES (?, ?)", [(digest, submission.id) for digest in digests]
            )
            claimed = _claimed(connection, list(digests))
        return {digests[digest]: owner for digest, owner in claimed.items() if owner != submission.id}

    def change(self, id_: str, **values: Any) -> bool:
        """Set fields of a submission, all or none; see `BatchJournal.change`."""
        check_fields(values)
        with self._writing() as connection:
            row = connection.execute("SELECT state FROM submissions WHERE id = ?", (id_,)).fetchone()
            if row is None:
                raise StoreError(f"{self._path} holds no submission {id_}")
            state = values.get("state", row[0])
            if row[0] not in MAY_FOLLOW[state]:
                return False
            setting = ", ".join(f"{name} = ?" for name in values)
            connection.execute(f"UPDATE submissions SET {setting} WHERE id = ?", (*values.values(), id_))  # noqa: S608
            if state not in OPEN:
                connection.execute("DELETE FROM claims WHERE submission = ?", (id_,))
        return True

    def submissions(self, *states: State, since: float = 0.0) -> list[Submission]:
        """Those in these states, or in any; oldest first."""
        wanted = states or tuple(MAY_FOLLOW)
        with self._reading() as connection:
            rows = connection.execute(
                f"SELECT {', '.join(FIELDS)} FROM submissions WHERE state IN ({_places(wanted)}) "  # noqa: S608
                "AND created_at >= ? ORDER BY created_at, id",
                (*wanted, since),
            ).fetchall()
        return [Submission(*row) for row in rows]

    def outstanding(self, keys: Sequence[str]) -> dict[str, str]:
        """Which of these an open submission asks for already, with that submission's id."""
        digests = {self._digest(key): key for key in keys}
        with self._reading() as connection:
            claimed = _claimed(connection, list(digests))
        return {digests[digest]: owner for digest, owner in claimed.items()}

    def wait(self, waiting: Waiting) -> None:
        """Write down what a batch waits for, in place of what it waited for before."""
        submissions = json.dumps(waiting.submissions)
        with self._writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO waiting (batch, token, submissions, since, held_back) VALUES (?, ?, ?, ?, ?)",
                (waiting.batch, waiting.token, submissions, waiting.since, waiting.held_back),
            )

    def waiting(self) -> list[Waiting]:
        """The batches that wait, by name."""
        with self._reading() as connection:
            return _waiting(connection)

    def forget_waiting(self, tokens: Iterable[str]) -> None:
        """These no longer wait."""
        with self._writing() as connection:
            connection.executemany("DELETE FROM waiting WHERE token = ?", [(token,) for token in tokens])

    def note_no_batch_api(self, address: str, at: float) -> None:
        """Write down that the endpoints at this address have no Batch API."""
        with self._writing() as connection:
            connection.execute("INSERT OR REPLACE INTO no_batch_api VALUES (?, ?)", (address, at))

    def no_batch_api(self) -> dict[str, float]:
        """The addresses without a Batch API, and when they said so."""
        with self._reading() as connection:
            return dict(connection.execute("SELECT address, at FROM no_batch_api").fetchall())

    @contextmanager
    def hand_over(self) -> Iterator[Contents]:
        """Give away all that is here: it is gone once the block ends well, and stays where it does not."""
        with self._writing() as connection:
            rows = connection.execute(f"SELECT {', '.join(FIELDS)} FROM submissions").fetchall()  # noqa: S608
            claims: dict[str, list[bytes]] = {}
            for digest, owner in connection.execute("SELECT key, submission FROM claims"):
                claims.setdefault(owner, []).append(digest)
            yield Contents([Submission(*row) for row in rows], claims, _waiting(connection))
            for table in ("submissions", "claims", "waiting"):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608

    def close(self) -> None:
        """Nothing is held open between calls."""

    def _migrate(self) -> None:
        """Bring the file to the newest version, one process at a time."""
        with filelock.FileLock(f"{self._path}.lock", timeout=_BUSY_SECONDS), self._open() as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version > len(_VERSIONS):
                raise StoreError(
                    f"{self._path} is of version {version}, and this program knows {len(_VERSIONS)}; update it"
                )
            for step, script in enumerate(_VERSIONS[version:], start=version + 1):
                connection.executescript(f"BEGIN IMMEDIATE; {script}; PRAGMA user_version = {step}; COMMIT;")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)) as connection:
                connection.execute("PRAGMA synchronous = FULL")
                yield connection
        except sqlite3.Error as error:
            raise StoreError(f"{self._path}: {error}") from error

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._open() as connection:
            connection.execute("BEGIN")
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction that has the file to itself from the start, so that what it reads stays true."""
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            # Closed without a commit, a connection takes back what it did.
            yield connection
            connection.execute("COMMIT")


def _claimed(connection: sqlite3.Connection, digests: Sequence[bytes]) -> dict[bytes, str]:
    found: dict[bytes, str] = {}
    for first in range(0, len(digests), _AT_ONCE):
        part = digests[first : first + _AT_ONCE]
        rows = connection.execute(f"SELECT key, submission FROM claims WHERE key IN ({_places(part)})", part)  # noqa: S608
        found.update(rows.fetchall())
    return found


def _waiting(connection: sqlite3.Connection) -> list[Waiting]:
    rows = connection.execute("SELECT batch, token, submissions, since, held_back FROM waiting ORDER BY batch")
    return [Waiting(batch, token, tuple(json.loads(ids)), since, why) for batch, token, ids, since, why in rows]


def _places(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
