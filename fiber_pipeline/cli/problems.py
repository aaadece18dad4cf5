"""How every command says what went wrong: one clear message and an exit code; a traceback only for `--debug`.

0           done
1           what was asked for could not be done, or not all of it
2           it was asked for in a way that makes no sense
128 + n     signal n ended it; what was done stays done
"""

import errno
import os
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import click

from fiber_pipeline.cli.stopping import Stop, watched_signals
from fiber_pipeline.problems import Problem
from fiber_pipeline.settings import Settings, unknown_names
from fiber_pipeline.text.addresses import shown

_SIGNALLED = 128
_MORE = "`fiber --debug …` shows where"
_NOT_ALLOWED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
# The first byte of SQLite's codes tells the kind.
_SQLITE_NOT_ALLOWED = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM})
_SQLITE_FULL = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})


def read_settings() -> Settings:
    """The settings of the environment; points out names that are none. Raises SettingsError with every problem."""
    settings = Settings.from_environment()
    for name, nearest in unknown_names().items():
        click.echo(f"{name} is no setting and does nothing; the nearest is {nearest}", err=True)
    return settings


def run_command(command: Callable[[Stop], Any], *, debug: bool) -> int:
    """Run a command to its end, whatever that is, and return its exit code.

    With `debug`, what is wrong is raised as it came.
    """
    with watched_signals() as stop:
        if not debug:
            sys.excepthook = _tell_unforeseen
        try:
            result = command(stop)
        except (click.Abort, KeyboardInterrupt, Problem, OSError) as end:
            if stop.signal is not None:
                return _stopped(stop.signal)
            if debug:
                raise
            click.echo(shown(_told(end)), err=True)
            return 1
        except click.ClickException as problem:
            if debug and not isinstance(problem, click.UsageError):
                raise
            problem.show()
            return problem.exit_code
        return result if isinstance(result, int) else 0


def explain(error: Problem | OSError) -> tuple[str, str]:
    """What is wrong, and what to do about it where only the system says what is wrong, else an empty text."""
    text = str(error)
    if isinstance(error, OSError) and not isinstance(error, Problem) and error.filename is not None:
        text = f"{error.filename}: {error.strerror}"
        if error.errno in _NOT_ALLOWED:
            is_closed = Path(error.filename).exists() and not os.access(error.filename, os.R_OK)
            text = f"{error.filename} cannot be {'read' if is_closed else 'written'} ({error.strerror})"
    return text, next(filter(None, map(_mend, _causes(error))), "")


def _causes(error: BaseException) -> Iterator[BaseException]:
    found: BaseException | None = error
    while found is not None:
        yield found
        # SQLAlchemy keeps the database's own error apart.
        found = found.__cause__ or getattr(found, "orig", None)


def _mend(error: BaseException) -> str:
    code = error.errno if isinstance(error, OSError) else None
    sqlite_code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _FULL or sqlite_code in _SQLITE_FULL:
        return "the disk is full, or fails: make room on it, and do the same again"
    if code in _NOT_ALLOWED or sqlite_code in _SQLITE_NOT_ALLOWED:
        return "let this account read and write in that folder, or name another; `fiber doctor` says which are set"
    return ""


def _told(end: click.Abort | KeyboardInterrupt | Problem | OSError) -> str:
    if isinstance(end, click.Abort | KeyboardInterrupt):
        return "Aborted!"
    return f"Error: {'; '.join(filter(None, explain(end)))}"


def _stopped(number: signal.Signals) -> int:
    told = f"Stopped by {number.name}. What is done and paid is kept; the same command goes on from there."
    click.echo(told, err=True)
    return _SIGNALLED + number


def _tell_unforeseen(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    click.echo(f"Error: a mistake of the program, {kind.__name__}: {shown(str(error))}\n{_MORE}", err=True)
