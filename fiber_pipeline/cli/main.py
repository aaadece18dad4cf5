"""The `fiber` command and its subcommands, loaded only when called: Dagster takes seconds to import."""

import importlib

import click

from fiber_pipeline import __version__

_COMMANDS = {
    "run": "Analyse the whole inbox, or the given files and folders.",
    "inspect": "Show how files would be read, and why, before anything is written.",
    "estimate": "Say what a run would cost and how long it would take.",
    "doctor": "Tell what is wrong with settings, keys, warehouse and versions, and how to mend it.",
    "export": "Write tables as Parquet, CSV and JSON lines.",
    "explain": "Say why a comment gets its language, sentiment and themes.",
    "review": "Let people correct labels: compare engines, export a workbook, import it, apply it.",
    "trace": "Lead from a figure to its comments, and from a comment to its file and row.",
    "cache": "Tell what answers of services are kept, and drop them.",
    "batches": "Tell what is submitted to OpenAI's Batch API, bring answers in, and stop it.",
    "forget": "Erase a batch or a customer from every table, file and output.",
    "ui": "Serve the Dagster UI on 127.0.0.1.",
}


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"fiber_pipeline.cli.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        # Listed without importing any of them, so that help comes at once.
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="fiber")
def fiber() -> None:
    """Customer comments about a fibre-internet service, turned into tables and insight."""
