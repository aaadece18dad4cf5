"""`fiber ui`: the Dagster UI with its daemon, on loopback."""

import os
import sys
from pathlib import Path

import click

from fiber_pipeline.cli.home import prepare_home
from fiber_pipeline.cli.problems import read_settings
from fiber_pipeline.environment import hand_on


@click.command()
@click.option("--port", default=3000, show_default=True, help="The port to serve on.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Who may connect; only this machine by default.")
def ui(port: int, host: str) -> None:
    """Serve the Dagster UI, and run schedules and sensors, until stopped."""
    home = prepare_home(read_settings())
    click.echo(f"Dagster UI on http://{host}:{port} (runs are kept in {home})", err=True)
    workspace = Path(__file__).with_name("workspace.yaml")
    arguments = ["-m", "dagster", "dev", "-w", str(workspace), "-h", host, "-p", str(port)]
    hand_on()
    os.execv(sys.executable, [sys.executable, *arguments])
