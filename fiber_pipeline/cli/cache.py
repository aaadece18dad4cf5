"""`fiber cache`: the answers of services that are kept."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import click

from fiber_pipeline.cli.problems import read_settings
from fiber_pipeline.cli.tables import print_table

if TYPE_CHECKING:
    from fiber_pipeline.services.store.protocol import ResponseStore
    from fiber_pipeline.settings import Settings

_MEGABYTE = 1024 * 1024


@click.group()
def cache() -> None:
    """Look at the answers of services that are kept, and drop them."""


@cache.command()
def stats() -> None:
    """Tell what is kept, how often it helped, and the cost."""
    from rich.console import Console

    settings = read_settings()
    with _store(settings) as store:
        if store is None:
            click.echo(_NOTHING)
            return
        rows, spend = store.statistics(), store.spend()
    console = Console(highlight=False)
    if rows:
        print_table(console, _table(rows))
    else:
        console.print("no answer is kept", markup=False)
    size = sum(row["bytes"] for row in rows) / _MEGABYTE
    console.print(
        f"{_answers(sum(row['answers'] for row in rows))}, {size:,.1f} of {settings.cache_max_mb:,.0f} MB; "
        f"they are used for {settings.cache_days:,.0f} days",
        markup=False,
        soft_wrap=True,
    )
    hits, misses = sum(row["hits"] for row in rows), sum(row["misses"] for row in rows)
    if hits + misses:
        console.print(f"{hits / (hits + misses):.0%} of {hits + misses:,} texts were answered from here", markup=False)
    possibly = f", and up to {spend.open_usd:.4f} USD by calls nobody saw the end of" if spend.open_usd else ""
    console.print(f"services have cost {spend.settled_usd:.4f} USD{possibly}", markup=False, soft_wrap=True)


@cache.command()
def prune() -> None:
    """Drop answers that are too old or too many.

    FIBER_CACHE_DAYS says what is too old, FIBER_CACHE_MAX_MB what is too much: then the least recently used go. Runs
    that bring many answers prune by themselves.
    """
    with _store(read_settings()) as store:
        click.echo(_NOTHING if store is None else f"dropped {_answers(store.prune())}")


@cache.command()
@click.option("--provider", help="Only answers of openai, azure or google.")
@click.option("--model", help="Only answers of this model.")
@click.option("--prompt-version", help="Only answers to this version of the prompt.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def clear(provider: str | None, model: str | None, prompt_version: str | None, yes: bool) -> None:
    """Drop the answers that fit all that is given, or all. What they cost stays in the books."""
    chosen: dict[str, str | None] = {"provider": provider, "model": model, "prompt_version": prompt_version}
    with _store(read_settings()) as store:
        if store is None:
            click.echo(_NOTHING)
            return
        count = sum(row["answers"] for row in store.statistics() if _fits(row, chosen))
        if not count:
            click.echo("no answer fits")
            return
        if not yes:
            click.confirm(f"{_answers(count)} would have to be paid for again. Drop them?", abort=True)
        click.echo(f"dropped {_answers(store.clear(**chosen))}")


_NOTHING = "no service has been asked yet: there is no cache"


@contextmanager
def _store(settings: "Settings") -> "Iterator[ResponseStore | None]":
    """The store, or None where none has been made: to look at one must not make it."""
    from fiber_pipeline.services.store.opening import has_store, store_of

    if not has_store(settings):
        yield None
        return
    with closing(store_of(settings)) as store:
        yield store


def _fits(row: Mapping[str, Any], chosen: Mapping[str, str | None]) -> bool:
    return all(value is None or row[name] == value for name, value in chosen.items())


def _answers(count: int) -> str:
    return "1 answer" if count == 1 else f"{count:,} answers"


def _table(rows: Sequence[Mapping[str, Any]]) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("provider", "operation", "model", "prompt"):
        table.add_column(name, no_wrap=True)
    for name in ("answers", "MB", "hit rate"):
        table.add_column(name, justify="right")
    for name in ("oldest", "newest"):
        table.add_column(name)
    for row in rows:
        asked = row["hits"] + row["misses"]
        table.add_row(
            row["provider"],
            row["operation"],
            row["model"],
            row["prompt_version"] or "–",
            f"{row['answers']:,}",
            f"{row['bytes'] / _MEGABYTE:,.1f}",
            f"{row['hits'] / asked:.0%}" if asked else "–",
            *(f"{row[age]:%Y-%m-%d}" if row[age] else "–" for age in ("oldest", "newest")),
        )
    return table
