"""How the command line says what went wrong: one clear message, no stack trace, a non-zero exit."""

import click

from fiber_pipeline.settings import Settings, SettingsError


def read_settings() -> Settings:
    """The settings of the environment; ends the command with every problem if there are any."""
    try:
        return Settings.from_environment()
    except SettingsError as problems:
        raise click.ClickException(f"settings\n{problems}") from None
