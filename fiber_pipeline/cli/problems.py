"""How the command line says what went wrong: one clear message, no stack trace, a non-zero exit."""

import click

from fiber_pipeline.settings import Settings, SettingsError, unknown_names


def read_settings() -> Settings:
    """The settings of the environment; points out names that are none, and ends the command if a value will not do."""
    try:
        settings = Settings.from_environment()
    except SettingsError as problems:
        raise click.ClickException(f"settings\n{problems}") from None
    for name, nearest in unknown_names().items():
        click.echo(f"{name} is no setting and does nothing; the nearest is {nearest}", err=True)
    return settings
