"""The `fiber` command and its subcommands, loaded only when called: Dagster takes seconds to import."""

import importlib
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

import click

from fiber_pipeline import __version__
from fiber_pipeline.cli.problems import run_command

_DEBUG = "--debug"

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
    "secret": "Change the secret that names of comments and codes of customers are made with.",
    "warehouse": "Encrypt the warehouse, or change its key.",
    "ui": "Serve the Dagster UI on 127.0.0.1.",
}


class _Fiber(click.Group):
    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        run = partial(super().main, prog_name=prog_name, complete_var=complete_var, standalone_mode=False, **extra)
        if not standalone_mode:
            return run(args)
        rest, debug = _without_debug(list(sys.argv[1:] if args is None else args))
        return sys.exit(run_command(lambda stop: run(rest, obj=stop), debug=debug))

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


def _without_debug(arguments: list[str]) -> tuple[list[str], bool]:
    """Take `--debug` out wherever it stands: it is asked for when a command has just failed, at the end of its line."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    options = [argument for argument in arguments[:end] if argument != _DEBUG]
    return options + arguments[end:], len(options) < end


@click.group(cls=_Fiber, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="fiber")
@click.option(_DEBUG, is_flag=True, expose_value=False, help="Show where an error comes from.")
def fiber() -> None:
    """Customer comments about a fibre-internet service, turned into tables and insight."""
