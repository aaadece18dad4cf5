"""The Dagster home: where runs and events are kept, made ready on first use."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from fiber_pipeline.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

HOME_VARIABLE = "DAGSTER_HOME"


def prepare_home(settings: Settings) -> Path:
    """Return the Dagster home, set for this process and its children.

    That is DAGSTER_HOME where it is set, else a folder beside the data, with the package's dagster.yaml in it.
    """
    given = os.environ.get(HOME_VARIABLE)
    home = (Path(given) if given else settings.dagster_home).resolve()
    home.mkdir(parents=True, exist_ok=True)
    config = home / "dagster.yaml"
    if not given and not config.exists():
        config.write_text(files("fiber_pipeline.cli").joinpath("dagster.yaml").read_text("utf-8"), "utf-8")
    os.environ[HOME_VARIABLE] = str(home)
    return home


@contextmanager
def open_instance(settings: Settings) -> Iterator["dg.DagsterInstance"]:
    """The Dagster instance of this machine, so that the UI shows what the command line ran."""
    import dagster as dg

    prepare_home(settings)
    with dg.DagsterInstance.get() as instance:
        yield instance
