"""Who may have the file open, and for how long others wait.

DuckDB lets either one process write a file or many read it, and fails at once for everybody else. So everyone here
first takes the lock that stands beside the file: shared to read, exclusive to write. A waiting writer holds off new
readers, so readers cannot starve it. The operating system drops the lock with its process, so a killed one blocks
nobody.

Programs that do not know the lock (the duckdb command line, a notebook) are met at DuckDB's own lock: we try again
until the timeout, without keeping readers waiting in between, and then name the process.
"""

import random
import re
import secrets
import shutil
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from importlib import resources
from pathlib import Path

import duckdb
import filelock

from fiber_pipeline.warehouse.errors import KeyMismatch, WarehouseError
from fiber_pipeline.warehouse.instances import Instances
from fiber_pipeline.warehouse.location import FileLocation
from fiber_pipeline.warehouse.schema import CATALOG, literal
from fiber_pipeline.warehouse.waiting import Patience

_KEY_VARIABLE = "warehouse_key"
_HELD_ELSEWHERE = re.compile(r"Conflicting lock is held in (?P<program>.*?) \(PID (?P<pid>\d+)\)")
_PAUSE_SECONDS = (0.02, 0.2)
# What DuckDB raises in the middle of a query when the file itself is damaged or the disk fails.
_BROKEN = (duckdb.IOException, duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException)
_DAMAGED = ("Corrupt", "Could not read enough bytes")

_reading = threading.local()
_instances = Instances()


@dataclass(frozen=True)
class Limits:
    """How much of the machine one connection may take.

    memory: DuckDB's own memory, as DuckDB spells it; what exceeds it goes to disk. The frames come on top.
    threads: at most this many; None for one a core.
    """

    memory: str = "1GB"
    threads: int | None = None


class FileAccess:
    """Opens connections to one warehouse file. The warehouse is attached as `warehouse` and is the default catalog."""

    def __init__(self, location: FileLocation, key: str | None, limits: Limits) -> None:
        self.location = location
        self._key = key
        self._limits = limits

    def __repr__(self) -> str:
        return f"FileAccess({str(self.location.path)!r}, {'encrypted' if self._key else 'not encrypted'})"

    @contextmanager
    def reading(self, timeout: float) -> Iterator[duckdb.DuckDBPyConnection | None]:
        """A read-only connection, or None if there is no file yet.

        A thread that is reading already reads on beside itself: waiting for a writer that waits for it would never end.
        """
        if not self.location.path.exists():
            yield None
            return
        held = _held()
        if held[self.location.path]:
            lock, connection = None, self._connect(read_only=True)
        else:
            lock, connection = self._wait(timeout, read_only=True)
        held[self.location.path] += 1
        try:
            with self._lent(connection, read_only=True):
                yield connection
        finally:
            held[self.location.path] -= 1
            if lock:
                _release(lock)

    @contextmanager
    def writing(self, timeout: float) -> Iterator[duckdb.DuckDBPyConnection]:
        """The only connection there is, for reading and writing; the file is made if there is none."""
        if _held()[self.location.path]:
            raise WarehouseError(
                "this thread is reading the warehouse and would wait for itself; leave reader() before writing"
            )
        self.location.path.parent.mkdir(parents=True, exist_ok=True)
        # Made here, it gets the usual permissions; filelock would make it private and lock other accounts out.
        self.location.lock_path.touch()
        lock, connection = self._wait(timeout, read_only=False)
        try:
            with self._lent(connection, read_only=False):
                yield connection
        finally:
            _release(lock)

    @contextmanager
    def measuring(self, timeout: float) -> Iterator[None]:
        """Own the lock of whoever measures the whole history, of whom there is one at a time."""
        self.location.path.parent.mkdir(parents=True, exist_ok=True)
        patience = Patience(self.location.path, timeout)
        lock = filelock.FileLock(self.location.measuring_path, is_singleton=False)
        while True:
            try:
                lock.acquire(timeout=patience.next_look)
                break
            except filelock.Timeout:
                holder = "somebody who measures the whole history"
                if not patience.left:
                    raise patience.exhausted(holder) from None
                patience.tell(holder)
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def _lent(self, connection: duckdb.DuckDBPyConnection, *, read_only: bool) -> Iterator[None]:
        is_sound = False
        try:
            yield
            is_sound = True
        except _BROKEN as error:
            raise self._explain(error) from error
        finally:
            _instances.take_back(self._purpose(read_only=read_only), connection, is_sound=is_sound)

    def _attach(self, connection: duckdb.DuckDBPyConnection, path: Path, catalog: str, *, read_only: bool) -> None:
        """Attach a database file under this warehouse's key. The key goes in by value and is forgotten at once."""
        options = ["READ_ONLY"] if read_only else []
        if self._key is not None:
            connection.execute(f"SET VARIABLE {_KEY_VARIABLE} = ?", [_escaped(self._key)])
            options.append(f"ENCRYPTION_KEY getvariable('{_KEY_VARIABLE}')")
        clause = f" ({', '.join(options)})" if options else ""
        try:
            connection.execute(f"ATTACH {literal(str(path))} AS {catalog}{clause}")
        finally:
            if self._key is not None:
                connection.execute(f"RESET VARIABLE {_KEY_VARIABLE}")

    def _wait(self, timeout: float, *, read_only: bool) -> tuple[filelock.ReadWriteLock, duckdb.DuckDBPyConnection]:
        patience = Patience(self.location.path, timeout)
        while True:
            try:
                lock = self._locked(patience, read_only=read_only)
            except sqlite3.Error as error:
                # The lock is a file too, and readers lock it as well.
                told = f"{self.location.lock_path} cannot be locked ({error})"
                raise WarehouseError(f"{told}; whoever reads the warehouse must be allowed to write there") from None
            try:
                if not read_only:
                    self._sweep()
                return lock, self._connect(read_only=read_only)
            except BaseException as error:
                _release(lock)
                holder = _holder_named_in(error)
                if holder is None:
                    raise
            patience.tell(holder)
            pause = random.uniform(*_PAUSE_SECONDS)
            if pause > patience.left:
                raise patience.exhausted(holder)
            time.sleep(pause)

    def _locked(self, patience: Patience, *, read_only: bool) -> filelock.ReadWriteLock:
        """The lock, once it is to be had."""
        lock = filelock.ReadWriteLock(self.location.lock_path, is_singleton=False)
        try:
            while True:
                try:
                    (lock.acquire_read if read_only else lock.acquire_write)(timeout=patience.next_look)
                except filelock.Timeout:
                    if patience.is_due:
                        holder = self._holder(read_only=read_only)
                        if not patience.left:
                            raise patience.exhausted(holder) from None
                        patience.tell(holder)
                else:
                    return lock
        except BaseException:
            lock.close()
            raise

    def _connect(self, *, read_only: bool) -> duckdb.DuckDBPyConnection:
        """Open the file, as this thread may since it has the lock.

        Readers of one process share one instance of DuckDB: a second would drop, when it closes, the lock by which
        the first keeps other programs from writing (POSIX locks belong to the process, not to the handle).
        """
        return _instances.lend(
            self._purpose(read_only=read_only),
            partial(self._start, read_only=read_only),
            partial(self._open, read_only=read_only),
        )

    def _purpose(self, *, read_only: bool) -> object:
        return self.location.path, self._key, self._limits, read_only

    def _sweep(self) -> None:
        """Remove what killed processes spilled: with the lock ours, nobody uses it."""
        for leftover in self.location.spill_paths():
            shutil.rmtree(leftover)

    def _start(self, *, read_only: bool) -> tuple[duckdb.DuckDBPyConnection, Path]:
        spill = self.location.spill_path(secrets.token_hex(8))
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": self._limits.memory,
            "temp_directory": str(spill),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if self._limits.threads is not None:
            config["threads"] = self._limits.threads
        connection = duckdb.connect(":memory:", config=config)
        self.prepare_for_key(connection)
        if read_only:
            connection.execute("SET allowed_paths = ?", [[str(path) for path in self.location.database_paths]])
            connection.execute("SET enable_external_access = false")
        return connection, spill

    def prepare_for_key(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Let the connection's instance read and write files of this key, if there is one."""
        if self._key is not None:
            # DuckDB writes encrypted files with OpenSSL, which comes with httpfs; what spills is encrypted too.
            connection.execute(f"LOAD {literal(str(_httpfs()))}")
            connection.execute("SET temp_file_encryption = true")

    def _open(self, connection: duckdb.DuckDBPyConnection, *, read_only: bool) -> None:
        path = self.location.path
        try:
            if not path.exists():
                # Under another name first: a kill may not leave half a database under the real one.
                self.attach_fresh(connection, "fresh")
                connection.execute("DETACH fresh")
                self.location.fresh_path.replace(path)
            self._attach(connection, path, CATALOG, read_only=read_only)
        except duckdb.Error as error:
            if _holder_named_in(error):
                raise
            raise self._explain(error) from None

    def attach_fresh(self, connection: duckdb.DuckDBPyConnection, catalog: str) -> None:
        """Attach an empty database beside the file, to take its place once it is whole."""
        fresh = self.location.fresh_path
        fresh.unlink(missing_ok=True)
        fresh.with_name(fresh.name + ".wal").unlink(missing_ok=True)
        self._attach(connection, fresh, catalog, read_only=False)

    def _explain(self, error: duckdb.Error) -> WarehouseError:
        path, text = self.location.path, str(error)
        if "without a key" in text:
            return KeyMismatch(f"{path} is encrypted, and no key is set; set FIBER_WAREHOUSE_KEY to its key")
        if "Wrong encryption key" in text:
            return KeyMismatch(f"{path} is encrypted with another key than the one in FIBER_WAREHOUSE_KEY")
        if "is not encrypted" in text:
            return KeyMismatch(
                f"{path} is not encrypted, but FIBER_WAREHOUSE_KEY is set; `fiber warehouse encrypt` encrypts it"
            )
        if "not a valid DuckDB database" in text:
            return WarehouseError(f"{path} is not a DuckDB database; name another file or move this one away")
        if self._key is not None and not isinstance(error, duckdb.IOException):
            # DuckDB quotes a key it cannot make sense of.
            text = type(error).__name__
        if any(mark in text for mark in _DAMAGED):
            mend = "put a copy of it in its place, or move it away and run `fiber run`, which reads the inbox anew"
            return WarehouseError(f"{path} is damaged; {mend}: {text}")
        return WarehouseError(f"{path} cannot be read or written: {text}")

    def _holder(self, *, read_only: bool) -> str | None:
        """Who has the file open just now, found by trying to open it."""
        try:
            connection = self._connect(read_only=read_only)
        except (duckdb.Error, WarehouseError) as error:
            return _holder_named_in(error)
        _instances.take_back(self._purpose(read_only=read_only), connection)
        return None


def _held() -> Counter[Path]:
    """How often this thread is reading each file."""
    if not hasattr(_reading, "held"):
        _reading.held = Counter()
    held: Counter[Path] = _reading.held
    return held


@cache
def _httpfs() -> Path:
    package = resources.files("duckdb_extension_httpfs")
    return Path(str(package)) / "extensions" / f"v{duckdb.__version__}" / "httpfs.duckdb_extension"


def _escaped(key: str) -> str:
    """The key's UTF-8 bytes as DuckDB reads a key: no other than ASCII, and a backslash escapes."""
    return "".join(
        chr(byte) if 0x20 <= byte < 0x7F and byte != ord("\\") else f"\\x{byte:02X}" for byte in key.encode()
    )


def _holder_named_in(error: BaseException) -> str | None:
    """The process an error of DuckDB's blames for having the file open, or None if that is not its complaint."""
    if not isinstance(error, duckdb.Error):
        return None
    text = str(error)
    named = _HELD_ELSEWHERE.search(text)
    if named:
        return f"{named['program']} (process {named['pid']})"
    if "Could not set lock" in text:
        return "another process"
    if "Unique file handle conflict" in text:
        return "another connection of this process"
    return None


def _release(lock: filelock.ReadWriteLock) -> None:
    lock.release()
    lock.close()
