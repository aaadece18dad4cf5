"""`fiber export`: tables as files."""

from datetime import datetime
from pathlib import Path

import click

from fiber_pipeline.cli.problems import read_settings

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--table", "tables", multiple=True, help="A table; by default all but the unredacted ones.")
@click.option(
    "--format", "formats", multiple=True, type=click.Choice(["parquet", "csv", "jsonl"]), help="By default all three."
)
@click.option("--batch", "batches", multiple=True, help="Only comments of this batch.")
@click.option("--source", help="Only this source, the first folder of a batch's path.")
@click.option("--since", type=_DAY, help="Only comments made on this day or later.")
@click.option("--until", type=_DAY, help="Only comments made on this day or earlier.")
@click.option("--theme", "themes", multiple=True, help="Only comments that speak of this theme.")
@click.option("--bom", is_flag=True, help="Begin CSV files with a byte order mark, for Excel.")
def export(
    folder: Path,
    tables: tuple[str, ...],
    formats: tuple[str, ...],
    batches: tuple[str, ...],
    source: str | None,
    since: datetime | None,
    until: datetime | None,
    themes: tuple[str, ...],
    bom: bool,
) -> None:
    """Write tables to FOLDER as Parquet, CSV and JSON lines.

    Options that can be given several times widen the choice; different options narrow it.
    """
    settings = read_settings()

    from fiber_pipeline.outputs import FORMATS, write_exports
    from fiber_pipeline.warehouse import Warehouse

    with Warehouse(settings.warehouse_location, settings.warehouse_key).reader() as connection:
        paths = write_exports(
            connection,
            folder,
            tables=tables or None,
            formats=[form for form in FORMATS if not formats or form in formats],
            batches=batches or None,
            since=since.date() if since else None,
            until=until.date() if until else None,
            themes=themes or None,
            source=source,
            csv_bom=bom,
        )
    for path in paths:
        click.echo(path)
