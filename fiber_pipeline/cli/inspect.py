"""`fiber inspect`: how files would be read, before anything is written."""

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fiber_pipeline.cli.problems import read_settings

if TYPE_CHECKING:
    from rich.console import Console

    from fiber_pipeline.readers import Reading, TableSummary
    from fiber_pipeline.settings import Settings

_ROWS_SHOWN = 5
_REASONS_SHOWN = 10
_TEXT_SHOWN = 60


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--write-mapping",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a mapping file that says what was recognised, to be corrected and named in FIBER_MAPPING.",
)
@click.option("--batch", help="The path the file has in the inbox, for rules of the mapping; by default its name.")
def inspect(files: tuple[Path, ...], write_mapping: Path | None, batch: str | None) -> None:
    """Show how FILES would be read: tables, headers, what each column is taken for and why, doubts, first rows.

    Nothing is written but the mapping that is asked for. Exits with 1 if a file cannot be read.
    """
    from rich.console import Console

    from fiber_pipeline.readers import UnreadableFile, write_mapping_file

    if write_mapping is not None and write_mapping.exists():
        raise click.ClickException(f"{write_mapping} is there already; name a file that is not")
    if batch is not None and len(files) > 1:
        raise click.UsageError("--batch goes with one file")
    console, settings, readings, failed = Console(highlight=False), read_settings(), {}, False
    for file in files:
        name = batch or file.name
        try:
            reading = _read(file, name, settings)
        except UnreadableFile as problem:
            click.echo(f"{file}\n  cannot be read, and would be quarantined: {problem}", err=True)
            failed = True
            continue
        readings[name] = reading.summary
        _show(console, file, reading)
    if write_mapping is not None:
        write_mapping_file(write_mapping, readings)
        click.echo(f"{write_mapping} says the same; correct it, and set FIBER_MAPPING={write_mapping}")
    sys.exit(1 if failed else 0)


def _read(file: Path, batch: str, settings: "Settings") -> "Reading":
    from fiber_pipeline.readers import Limits, load_mapping, read_file

    mappings = load_mapping(settings.mapping) if settings.mapping else None
    limits = Limits(file_bytes=int(settings.max_file_mb * 1024 * 1024))
    return read_file(
        file,
        batch=batch,
        ingested_at=datetime.now(UTC),
        mapping=mappings.for_batch(batch) if mappings else None,
        limits=limits,
    )


def _show(console: "Console", file: Path, reading: "Reading") -> None:
    summary = reading.summary
    console.print(f"[bold]{_plain(str(file))}[/bold]")
    for number, table in enumerate(summary.tables, start=1):
        facts = _plain(", ".join(_facts(table)))
        console.print(f"\n  table {number} of {len(summary.tables)}: {facts}", soft_wrap=True)
        console.print(_roles(table))
        for note in table.notes:
            console.print(f"  note: {_plain(note)}", soft_wrap=True)
        for doubt in table.doubts:
            console.print(f"  [yellow]doubtful:[/yellow] {_plain(doubt)}", soft_wrap=True)
    for left_out in summary.left_out:
        console.print(f"\n  left out: {_plain(str(left_out))}", soft_wrap=True)
    for note in summary.notes:
        console.print(f"  note: {_plain(note)}", soft_wrap=True)
    _show_rejected(console, reading)
    _show_first_rows(console, reading)
    console.print()


def _facts(table: "TableSummary") -> Iterator[str]:
    if table.sheet is not None:
        yield f"sheet {table.sheet!r}"
    elif "!" in table.file:
        yield table.file.rsplit("!", 1)[1]
    if table.encoding is not None:
        yield table.encoding
    if table.delimiter is not None:
        yield f"delimiter {table.delimiter!r}"
    yield "no header row" if table.header_row is None else f"header in row {table.header_row}"
    yield f"{table.data_rows:,} rows: {table.accepted:,} accepted, {table.rejected:,} rejected"
    if table.date_order is not None:
        yield f"dates {table.date_order.replace('_', ' ')}, in America/Asuncion where they name no zone"
    if table.rating_scale is not None:
        yield f"ratings {table.rating_scale}"


def _roles(table: "TableSummary") -> object:
    from rich.table import Table

    shown = Table("taken for", "column", "why", "next best", box=None, padding=(0, 2), pad_edge=True)
    reasons = {str(choice.role): choice for choice in table.choices}
    for role, header in table.columns.items():
        choice = reasons.get(role)
        why, runner_up = (
            ("the mapping says so", "") if choice is None else (", ".join(choice.reasons), choice.runner_up)
        )
        shown.add_row(role, _plain(header), _plain(why), _plain(runner_up or ""))
    for header in table.answers:
        if header != table.columns.get("comment"):
            shown.add_row("open question", _plain(header), "people answer it in their own words", "")
    return shown


def _show_rejected(console: "Console", reading: "Reading") -> None:
    counts = Counter(reading.rejected["reason"].tolist())
    for reason, count in counts.most_common(_REASONS_SHOWN):
        console.print(f"  rejected: {count:,} × {_plain(reason)}", soft_wrap=True)
    if len(counts) > _REASONS_SHOWN:
        console.print(f"  … and {len(counts) - _REASONS_SHOWN} more reasons")


def _show_first_rows(console: "Console", reading: "Reading") -> None:
    import pyarrow as pa
    from rich.table import Table

    columns = ("row_number", "comment", "nps", "nps_group", "rating", "commented_at", "customer_id")
    head = reading.raw.head(_ROWS_SHOWN)
    used = [name for name in columns if len(head) and head[name].notna().any()]
    if not used:
        return
    shown = Table(*used, box=None, padding=(0, 2))
    for row in pa.Table.from_pandas(head[used], preserve_index=False).to_pylist():
        shown.add_row(*("" if value is None else _plain(_cut(str(value))) for value in row.values()))
    console.print("\n  first rows, as they would be kept:")
    console.print(shown)


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _TEXT_SHOWN else f"{text[: _TEXT_SHOWN - 1]}…"


def _plain(text: str) -> str:
    """A text of a file as it may be printed: no control characters, no markup."""
    from rich.markup import escape

    return escape("".join(character if character.isprintable() else "�" for character in text))
