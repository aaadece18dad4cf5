"""The Dagster home: where runs and events are kept, made ready on first use."""

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import filelock
import yaml

from fiber_pipeline.problems import Problem
from fiber_pipeline.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

HOME_VARIABLE = "DAGSTER_HOME"
_CONFIG = "dagster.yaml"
_LOCK = ".opening.lock"
_OPENS_WITHIN = 120.0


class HomeUnusable(Problem):
    """The Dagster home cannot be opened."""


def home_of(settings: Settings) -> Path:
    """Where the Dagster home is, or would be."""
    return (Path(os.environ[HOME_VARIABLE]) if is_users_own() else settings.dagster_home).resolve()


def is_users_own() -> bool:
    """Whether DAGSTER_HOME says where the home is."""
    return bool(os.environ.get(HOME_VARIABLE))


def warn_of_differences(settings: Settings) -> None:
    """Say, in a line, if a home of the user's own is set otherwise than ours; nothing of one that was ours."""
    if not is_users_own():
        return
    areas = sorted({name.partition(".")[0] for name in differences(home_of(settings))})
    if areas:
        told = f"{HOME_VARIABLE} is set, and its {_CONFIG} differs from ours in {', '.join(areas)}"
        click.echo(f"{told}; `fiber doctor` says how", err=True)


def prepare_home(settings: Settings) -> Path:
    """Return the Dagster home, set for this process and its children.

    That is DAGSTER_HOME where it is set, else a folder beside the data, with the package's dagster.yaml in it.
    """
    home = home_of(settings)
    home.mkdir(parents=True, exist_ok=True)
    config = home / _CONFIG
    if not is_users_own() and not config.exists():
        _write_whole(config, _shipped_text())
    os.environ[HOME_VARIABLE] = str(home)
    return home


@contextmanager
def open_instance(settings: Settings) -> Iterator["dg.DagsterInstance"]:
    """The Dagster instance of this machine, so that the UI shows what the command line ran; dead runs are ended.

    Raises HomeUnusable.
    """
    from fiber_pipeline.operations.healing import end_dead_runs

    with _opened(prepare_home(settings)) as instance:
        end_dead_runs(instance)
        yield instance


def differences(home: Path) -> dict[str, tuple[Any, Any]]:
    """What the home's dagster.yaml says otherwise than the package's: by setting, its value there and here.

    Only what the package's sets is compared; None is what is not set. Raises HomeUnusable for a file that is no YAML.
    """
    config = home / _CONFIG
    try:
        own = _leaves(yaml.safe_load(config.read_text("utf-8")) if config.exists() else {})
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise HomeUnusable(f"{config} is no YAML: {error}") from None
    shipped = _leaves(yaml.safe_load(_shipped_text()))
    return {name: (own.get(name), value) for name, value in shipped.items() if own.get(name) != value}


@contextmanager
def _opened(home: Path) -> Iterator["dg.DagsterInstance"]:
    import dagster as dg
    from alembic.util.exc import CommandError
    from sqlalchemy.exc import SQLAlchemyError

    # It logs the interrupt that ends a command, and passes it on all the same.
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
    # That a home of the user's own lacks our settings is said by us, with what to do.
    logging.getLogger("dagster").addFilter(_is_not_of_a_missing_file)
    try:
        # Who opens a home first makes its databases; two at once leave them broken for good.
        with filelock.FileLock(home / _LOCK, timeout=_OPENS_WITHIN):
            instance = dg.DagsterInstance.get()
    except filelock.Timeout:
        raise HomeUnusable(f"{home} was being opened by another program for {_OPENS_WITHIN:.0f} s") from None
    except (dg.DagsterError, SQLAlchemyError, CommandError, yaml.YAMLError) as error:
        mend = "move it away, if nothing else helps: it holds what ran, and no table and no report"
        raise HomeUnusable(f"Dagster's home {home} cannot be opened: {_first_line(error)}; {mend}") from error
    try:
        with instance:
            yield instance
    except SQLAlchemyError as error:
        raise HomeUnusable(f"Dagster's home {home} can no longer be used: {_first_line(error)}") from error


def _is_not_of_a_missing_file(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith(f"No dagster instance configuration file ({_CONFIG})")


def _shipped_text() -> str:
    return files("fiber_pipeline.cli").joinpath(_CONFIG).read_text("utf-8")


def _write_whole(path: Path, text: str) -> None:
    """Whoever else starts at this moment finds no file or all of it."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def _leaves(settings: Any, prefix: str = "") -> dict[str, Any]:
    if not isinstance(settings, dict):
        return {prefix: settings} if prefix else {}
    found: dict[str, Any] = {}
    for name, value in settings.items():
        found |= _leaves(value, f"{prefix}.{name}" if prefix else str(name))
    return found


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
