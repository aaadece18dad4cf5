"""Runs whose process is gone: killed, out of memory, or on a machine that lost its power.

Nobody reports such a run; it would stay started, and hold one of the few places for runs, for a day. So every process
that executes runs holds the lock of a file of its own, in the home of the Dagster instance, for as long as it lives,
and names that file in a tag of each run. The operating system drops the lock with the process, however that ends: who
can take the lock knows that the process is gone, whatever has its number by now, and after a restart too. A home that
is not shared holds no file of another host's processes, and so nobody judges their runs.
"""

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import dagster as dg
import filelock

PROCESS_TAG = "fiber/process"
_FOLDER = "processes"
_SUFFIX = ".lock"
_IN_A_PROCESS = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def process_tags(instance: dg.DagsterInstance) -> dict[str, str]:
    """The tags of a run that this process executes. Whoever lets go of them without ending the run is found out."""
    return {PROCESS_TAG: _announced(instance.root_directory, os.getpid())[0]}


def end_dead_runs(instance: dg.DagsterInstance) -> list[dg.DagsterRun]:
    """End, as failed, the runs of processes that are gone; return them. Costs a look into a folder where none is."""
    ended: list[dg.DagsterRun] = []
    folder = _folder(instance.root_directory)
    for file in sorted(folder.glob(f"*{_SUFFIX}")) if folder.is_dir() else ():
        with _gone(file) as is_gone:
            if is_gone:
                ended += _end_runs_of(instance, file.stem)
                file.unlink(missing_ok=True)
    return ended


def _end_runs_of(instance: dg.DagsterInstance, process: str) -> Iterator[dg.DagsterRun]:
    unfinished = dg.RunsFilter(statuses=_IN_A_PROCESS, tags={PROCESS_TAG: process})
    for run in instance.get_runs(unfinished):
        instance.report_run_failed(run, f"The process that executed this run ({process}) is gone: it was killed.")
        yield run


@contextmanager
def _gone(file: Path) -> Iterator[bool]:
    """Whether nobody holds a process's lock; nobody else is told so meanwhile."""
    lock = filelock.FileLock(file, is_singleton=False)
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


# The lock is held by keeping it; a forked child, which has another number, announces itself.
@cache
def _announced(root: str, pid: int) -> tuple[str, filelock.BaseFileLock]:
    folder = _folder(root)
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{socket.gethostname()}-{pid}-{secrets.token_hex(4)}"
    lock = filelock.FileLock(folder / f"{name}{_SUFFIX}", is_singleton=False, thread_local=False)
    lock.acquire()
    return name, lock


def _folder(root: str) -> Path:
    return Path(root) / _FOLDER
