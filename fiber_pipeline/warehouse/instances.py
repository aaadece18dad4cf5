"""DuckDB as it runs in this process: started once, with the file attached only while somebody may have it open.

To start DuckDB costs several times what it costs to attach a file to one that idles, and a batch opens its warehouse
forty times. An instance that has met an error, or has spilled to disk, is not used again.
"""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from fiber_pipeline.warehouse.schema import CATALOG

Connect = Callable[[], duckdb.DuckDBPyConnection]
Attach = Callable[[duckdb.DuckDBPyConnection], None]


@dataclass(eq=False)
class _Instance:
    """root: the connection that keeps it alive. spill: where it puts what does not fit in memory."""

    root: duckdb.DuckDBPyConnection
    spill: Path
    users: int = 0
    is_sound: bool = True


class Instances:
    """The instances of this process, by what they were started for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[object, _Instance] = {}
        # What a fork leaves of its parent's instances has no threads, and must be neither used nor closed.
        self._inherited: list[_Instance] = []
        os.register_at_fork(after_in_child=self._after_fork)

    def lend(
        self, purpose: object, start: Callable[[], tuple[duckdb.DuckDBPyConnection, Path]], attach: Attach
    ) -> duckdb.DuckDBPyConnection:
        """A connection to the instance for this purpose, with the file attached as the catalog `warehouse`.

        start: starts an instance, and names its folder for what spills. attach: attaches the file; asked of whoever
        comes while nobody else is there. Whatever they raise is passed on.
        """
        with self._lock:
            instance = self._running.get(purpose)
            if instance is None:
                instance = self._running[purpose] = _Instance(*start())
            connection = instance.root.cursor()
            try:
                if not instance.users:
                    attach(connection)
                connection.execute(f"USE {CATALOG}")
                connection.execute("SET TimeZone = 'UTC'")
            except BaseException:
                connection.close()
                instance.is_sound = False
                self._tidy(purpose, instance)
                raise
            instance.users += 1
            return connection

    def take_back(self, purpose: object, connection: duckdb.DuckDBPyConnection, *, is_sound: bool = True) -> None:
        """Close a lent connection; the file is detached with the last. is_sound: whether no error came up."""
        with self._lock:
            connection.close()
            instance = self._running[purpose]
            instance.users -= 1
            instance.is_sound &= is_sound
            self._tidy(purpose, instance)

    def _tidy(self, purpose: object, instance: _Instance) -> None:
        if instance.users:
            return
        if instance.is_sound and not instance.spill.exists():
            instance.root.execute(f"DETACH {CATALOG}")
        else:
            del self._running[purpose]
            instance.root.close()

    def _after_fork(self) -> None:
        self._lock = threading.Lock()
        self._inherited += self._running.values()
        self._running = {}
