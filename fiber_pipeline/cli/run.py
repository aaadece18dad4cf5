"""`fiber run`: the main job, with progress."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from fiber_pipeline.cli.problems import read_settings
from fiber_pipeline.inbox import Inbox, UnusableName


@click.command()
@click.argument("sources", nargs=-1, type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Do batches again even if nothing about them has changed.")
def run(sources: tuple[Path, ...], force: bool) -> None:
    """Analyse the whole inbox, or copy the given files and folders into it and analyse those.

    Batches that are up to date are skipped. Exits with 1 if a batch failed; the others are done all the same.
    """
    settings, started = read_settings(), datetime.now(UTC)
    inbox = Inbox(settings.inbox_url)
    try:
        batches = inbox.add(sources) if sources else [file.batch for file in inbox.files()]
    except (FileNotFoundError, UnusableName, ValueError) as problem:
        raise click.ClickException(str(problem)) from None
    if not batches:
        click.echo(f"Nothing to do: the inbox {inbox.url} is empty. Drop a file there, or name one: fiber run FILE")
        return

    from fiber_pipeline.cli.narration import narrated_pipeline
    from fiber_pipeline.cli.summary import print_summary

    with narrated_pipeline(settings) as (pipeline, narrator):
        results = [pipeline.analyse(batch, force=force) for batch in narrator.each(batches)]
        refreshed = pipeline.refresh(force=force)
    print_summary(settings, results, refreshed, started)
    sys.exit(1 if any(result.failed for result in results) or refreshed.failed else 0)
