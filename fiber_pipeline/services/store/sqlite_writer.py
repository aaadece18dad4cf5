"""The connection of an embedded store that writes: who waits for whom, and when the log goes into the file."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_BUSY_SECONDS = 300.0
# The log is written into the file after so many rows, some 15 MB: pages that change again and again are written once.
_CHECKPOINT_ROWS = 4_000
# The rest of an error code says which kind of it.
_PRIMARY_CODE = 0xFF


def connect(path: str, *, patient: bool = True) -> sqlite3.Connection:
    """A connection as the embedded store reads and writes through.

    patient: whether it waits for other processes, for minutes, or fails at once.
    """
    connection = sqlite3.connect(
        path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=64
    )
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA cache_size = -16000")
    # What is to be forgotten goes to no file.
    connection.execute("PRAGMA temp_store = MEMORY")
    # SQLite would do it in whatever commit has filled the log, which then waits for the disk.
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    if not patient:
        connection.execute("PRAGMA busy_timeout = 0")
    return connection


class Writer:
    """Transactions on a file, one at a time whatever the number of threads and processes. Raises sqlite3.Error."""

    def __init__(self, path: str) -> None:
        self._connection = connect(path, patient=False)
        self._lock = threading.Lock()
        self._changes_at_checkpoint = 0

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def waiting(self) -> Iterator[sqlite3.Connection]:
        """The connection for one thread alone, waiting for other processes; for what brings its own transaction."""
        with self._lock:
            # Not the other way about: SQLite parses a PRAGMA anew each time, and who does not wait is in a hurry.
            self._connection.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000:.0f}")
            try:
                yield self._connection
            finally:
                self._connection.execute("PRAGMA busy_timeout = 0")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One transaction that has the file to itself from the start, so that what it reads stays true."""
        with self.waiting() as connection:
            connection.execute("BEGIN IMMEDIATE")
            with self._ending():
                yield connection
            if self._is_checkpoint_due():
                # Writes what nobody reads any more; waits for the disk, and for nobody.
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
                self._changes_at_checkpoint = connection.total_changes

    @contextmanager
    def transaction_at_once(self) -> Iterator[sqlite3.Connection | None]:
        """As `transaction`, if neither another thread, another process nor the disk has to be waited for; else None."""
        if self._is_checkpoint_due() or not self._lock.acquire(blocking=False):
            yield None
            return
        try:
            if self._begin_at_once():
                with self._ending():
                    yield self._connection
            else:
                yield None
        finally:
            self._lock.release()

    def _begin_at_once(self) -> bool:
        """Begin a transaction, unless another process has one."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & _PRIMARY_CODE == sqlite3.SQLITE_BUSY:
                return False
            raise
        return True

    @contextmanager
    def _ending(self) -> Iterator[None]:
        """Commit the transaction, or undo it all."""
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def _is_checkpoint_due(self) -> bool:
        return self._connection.total_changes - self._changes_at_checkpoint >= _CHECKPOINT_ROWS
