"""`fiber run`: the main job, with progress."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from fiber_pipeline.cli.problems import read_settings
from fiber_pipeline.inbox import Added, Inbox, printable_name
from fiber_pipeline.settings import Settings


@click.command()
@click.argument("sources", nargs=-1, type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Do batches again even if nothing about them has changed.")
def run(sources: tuple[Path, ...], force: bool) -> int:
    """Analyse the whole inbox, or copy the given files and folders into it and analyse those.

    Batches that are up to date are skipped. Exits with 1 if a batch failed, or something in a folder is no file or
    cannot be read; the others are done all the same. SIGTERM and Ctrl-C end it within seconds; the next run goes on
    from there.
    """
    settings, started = read_settings(), datetime.now(UTC)
    _check(settings)
    inbox = Inbox(settings.inbox_url)
    added = inbox.add(sources) if sources else Added([file.batch for file in inbox.files()], {})
    if not added.batches:
        click.echo(_nothing(sources, inbox))
        return _tell_left_out(added)

    from fiber_pipeline.cli.home import warn_of_differences
    from fiber_pipeline.cli.narration import narrated_pipeline
    from fiber_pipeline.cli.summary import print_summary

    warn_of_differences(settings)
    with narrated_pipeline(settings) as (pipeline, narrator):
        results = [pipeline.analyse(batch, force=force) for batch in narrator.each(added.batches)]
        refreshed = pipeline.refresh(force=force)
    print_summary(settings, results, refreshed, started)
    code = _tell_left_out(added)
    return 1 if any(result.failed for result in results) or refreshed.failed else code


def _tell_left_out(added: Added) -> int:
    for path, why in added.left_out.items():
        click.echo(f"{printable_name(str(path))} {why}; it was left out", err=True)
    return 1 if added.left_out else 0


def _check(settings: Settings) -> None:
    """Refuse, before the first batch, what would fail in each."""
    from fiber_pipeline.annotation.chains import check_services

    check_services(settings)
    if settings.taxonomy is not None:
        from fiber_pipeline.annotation.themes import load_taxonomy

        load_taxonomy(settings.taxonomy)
    if settings.mapping is not None:
        from fiber_pipeline.readers import load_mapping

        load_mapping(settings.mapping)


def _nothing(sources: Sequence[Path], inbox: Inbox) -> str:
    if sources:
        return f"Nothing to do: there is no file to read in {', '.join(map(str, sources))}"
    return f"Nothing to do: the inbox {inbox.url} is empty. Drop a file there, or name one: fiber run FILE"
