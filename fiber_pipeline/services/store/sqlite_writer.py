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


def connect(path: str) -> sqlite3.Connection:
    """A connection as the embedded store reads and writes through; waits for other processes for minutes."""
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
    return connection


class Writer:
    """Transactions on a connection, one at a time whatever the number of threads and processes.

    connection: made by `connect`; for what needs no transaction or brings its own, under `lock`.
    Raises sqlite3.Error.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.lock = threading.Lock()
        self._changes_at_checkpoint = 0

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One transaction that has the file to itself from the start, so that what it reads stays true."""
        with self.lock:
            self.connection.execute("BEGIN IMMEDIATE")
            with self._ending():
                yield self.connection
            if self._is_checkpoint_due():
                # Writes what nobody reads any more; waits for the disk, and for nobody.
                self.connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
                self._changes_at_checkpoint = self.connection.total_changes

    @contextmanager
    def transaction_at_once(self) -> Iterator[sqlite3.Connection | None]:
        """As `transaction`, if neither another thread, another process nor the disk has to be waited for; else None."""
        if self._is_checkpoint_due() or not self.lock.acquire(blocking=False):
            yield None
            return
        try:
            if self._begin_at_once():
                with self._ending():
                    yield self.connection
            else:
                yield None
        finally:
            self.lock.release()

    def _begin_at_once(self) -> bool:
        """Begin a transaction, unless another process has one."""
        self.connection.execute("PRAGMA busy_timeout = 0")
        try:
            self.connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & _PRIMARY_CODE == sqlite3.SQLITE_BUSY:
                return False
            raise
        finally:
            self.connection.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000:.0f}")
        return True

    @contextmanager
    def _ending(self) -> Iterator[None]:
        """Commit the transaction, or undo it all."""
        try:
            yield
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise

    def _is_checkpoint_due(self) -> bool:
        return self.connection.total_changes - self._changes_at_checkpoint >= _CHECKPOINT_ROWS
