"""Writes that show when they were torn: each row carries its write's version, which sets the row count."""

import time
from collections.abc import Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

import duckdb
import filelock
import pandas as pd

from fiber_pipeline.tables import Table, columns
from fiber_pipeline.warehouse import Warehouse
from fiber_pipeline_tests.processes import PROCESSES

_ENDLESS = "SELECT sum(hash(a.range)) FROM range(10000000000) a"
_SLOW = "SELECT sum(hash(a.range)) FROM range(60000000) a"


def versions_table(reconcile: Sequence[str] = ()) -> Table:
    return Table(
        name="versions",
        row="a row of one version",
        columns={
            "batch": columns.text("The batch."),
            "version": columns.integer("The write it belongs to."),
            "text": columns.text("Bulk.", nullable=True),
        },
        reconcile=reconcile,
    )


VERSIONS = versions_table()
# pandera sets itself up at its first validation; children inherit that too.
VERSIONS.validate(VERSIONS.empty())
STUCK = versions_table([_ENDLESS])
SLOW = versions_table([_SLOW])


def rows_of(version: int) -> int:
    return 500 + 10 * version


def frame_of(batch: str, version: int) -> pd.DataFrame:
    return VERSIONS.frame({"batch": batch, "version": [version] * rows_of(version), "text": f"texto {version} " * 20})


def assert_whole(frame: pd.DataFrame) -> int:
    """The version a partition shows, all of it and nothing else."""
    found = set(frame["version"])
    assert len(found) == 1
    version = int(found.pop())
    assert len(frame) == rows_of(version)
    return version


def open_warehouse(path: Path, key: str | None = None, timeout: float = 60) -> Warehouse:
    return Warehouse(str(path), key, tables=[VERSIONS], read_timeout=timeout, write_timeout=timeout)


def start(target: object, *arguments: object) -> BaseProcess:
    process = PROCESSES.Process(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]
    process.start()
    return process


def write_versions(path: Path, key: str | None, batches: Sequence[str], versions: Sequence[int]) -> None:
    warehouse = open_warehouse(path, key)
    for version in versions:
        for batch in batches:
            warehouse.write(VERSIONS, frame_of(batch, version), batch)


def write_stuck(path: Path, key: str | None, batch: str, version: int) -> None:
    """Write, and stay in the transaction with the rows replaced but not committed."""
    open_warehouse(path, key).write(STUCK, frame_of(batch, version), batch)


def write_slowly(path: Path, key: str | None, batch: str, version: int) -> None:
    open_warehouse(path, key).write(SLOW, frame_of(batch, version), batch)


def hold_open(path: Path, read_only: bool) -> None:
    """Hold the file as a program does that knows nothing of our lock."""
    while True:
        try:
            connection = duckdb.connect(str(path), read_only=read_only)
        except duckdb.IOException:
            # Somebody looks whether the file is held yet.
            time.sleep(0.05)
        else:
            break
    with connection:
        time.sleep(600)


def read_for_long(path: Path, ready: object) -> None:
    with open_warehouse(path).reader() as connection:
        connection.execute("SELECT 1")
        ready.set()  # type: ignore[attr-defined]
        time.sleep(600)


def wait_until_locked(path: Path) -> None:
    """Return once somebody writes."""
    while True:
        lock = filelock.ReadWriteLock(path.with_name(path.name + ".lock"), is_singleton=False)
        try:
            lock.acquire_read(timeout=0)
        except filelock.Timeout:
            return
        else:
            lock.release()
        finally:
            lock.close()
        time.sleep(0.01)


def wait_until_held(path: Path) -> None:
    """Return once another program has the file open for writing."""
    while True:
        try:
            duckdb.connect(str(path), read_only=True).close()
        except duckdb.IOException:
            return
        time.sleep(0.01)
