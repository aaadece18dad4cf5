"""How every command says what went wrong: one clear message and an exit code; a traceback only for `--debug`.

0           done
1           what was asked for could not be done, or not all of it
2           it was asked for in a way that makes no sense
128 + n     signal n ended it; what was done stays done
"""

import signal
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any

import click

from fiber_pipeline.cli.stopping import Stop, watched_signals
from fiber_pipeline.problems import Problem
from fiber_pipeline.settings import Settings, unknown_names
from fiber_pipeline.text.addresses import shown

_SIGNALLED = 128
_MORE = "`fiber --debug …` shows where"


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


def _told(end: BaseException) -> str:
    if isinstance(end, click.Abort | KeyboardInterrupt):
        return "Aborted!"
    if isinstance(end, OSError) and not isinstance(end, Problem) and end.filename is not None:
        return f"Error: {end.filename}: {end.strerror}"
    return f"Error: {end}"


def _stopped(number: signal.Signals) -> int:
    told = f"Stopped by {number.name}. What is done and paid is kept; the same command goes on from there."
    click.echo(told, err=True)
    return _SIGNALLED + number


def _tell_unforeseen(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    click.echo(f"Error: a mistake of the program, {kind.__name__}: {shown(str(error))}\n{_MORE}", err=True)
