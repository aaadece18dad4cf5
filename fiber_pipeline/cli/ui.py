"""`fiber ui`: the Dagster UI with its daemon, and the outputs beside it, on loopback."""

from pathlib import Path

import click

from fiber_pipeline.cli.problems import read_settings
from fiber_pipeline.environment import hand_on
from fiber_pipeline.text.addresses import is_loopback


@click.command()
@click.option("--port", default=3000, show_default=True, help="The port to serve on.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Who may connect; only this machine by default.")
@click.option(
    "--name", "names", multiple=True, help="A name that a proxy before it goes by, beside those of FIBER_UI_NAMES."
)
def ui(port: int, host: str, names: tuple[str, ...]) -> int:
    """Serve the Dagster UI and the outputs, and run schedules and sensors, until stopped.

    There is no login: whoever may connect may do everything. Pages of other sites may not, nor requests under any
    other name than this machine's own.
    """
    host = host.strip("[]")
    settings = read_settings()
    names = (*settings.ui_names, *names)
    if not (is_loopback(host) or names):
        raise click.UsageError(
            f"{host or 'an empty host'} is open to others, and there is no login: keep to 127.0.0.1 (from elsewhere, "
            f"through `ssh -L {port}:127.0.0.1:{port}`), or put a proxy with a login before it, let nobody else "
            "connect, and say what the proxy is called: FIBER_UI_NAMES=fiber.example.com, or --name"
        )

    from fiber_pipeline.cli.home import open_instance, warn_of_differences
    from fiber_pipeline.web.serving import serve

    warn_of_differences(settings)
    with open_instance(settings) as instance:
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        click.echo(f"Dagster UI on http://{place} (runs are kept in {instance.root_directory})", err=True)
        workspace = Path(__file__).with_name("workspace.yaml")
        hand_on()
        is_stopped = serve(instance, workspace, settings.outputs_dir.resolve(), host, port, names)
    if not is_stopped:
        raise click.ClickException("Dagster's daemon ended by itself; what it said stands above")
    return 0
