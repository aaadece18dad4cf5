"""`fiber trace`: from a sentence to its figures, from a figure to its comments, from a comment to its file and row."""

import json
from typing import TYPE_CHECKING, Any

import click

from fiber_pipeline.cli.problems import read_settings

if TYPE_CHECKING:
    import duckdb

_SHOWN = 20


@click.command()
@click.argument("comment_id", required=False)
@click.option(
    "--insight",
    nargs=5,
    metavar="KIND PERIOD DIMENSION MEMBER METRIC",
    help="The key of a row of `insights`, for example: month 2026-03 theme outages negative_share.",
)
@click.option("--sentence", type=int, metavar="RANK", help="A sentence of `executive_summary`; 1 is the first.")
@click.option("--customer", help="A customer by their code (`c-…`), or as the files name them.")
def trace(
    comment_id: str | None,
    insight: tuple[str, str, str, str, str] | None,
    sentence: int | None,
    customer: str | None,
) -> None:
    """Say where COMMENT_ID comes from and who annotated it.

    Or list the comments behind a figure; the figures and comments that a sentence of the executive summary rests on;
    or who a customer is in the files, and their comments.
    """
    if sum(given is not None for given in (comment_id, insight, sentence, customer)) != 1:
        raise click.UsageError("give either a comment's id or --insight or --sentence or --customer")
    settings = read_settings()

    from fiber_pipeline.warehouse import Warehouse

    with Warehouse(settings.warehouse_location, settings.warehouse_key).reader() as connection:
        if comment_id is not None:
            _tell_comment(connection, comment_id)
        elif sentence is not None:
            _tell_sentence(connection, sentence)
        elif customer is not None:
            _tell_customer(connection, customer)
        elif insight is not None:
            _tell_insight(connection, insight)


def _tell_comment(connection: "duckdb.DuckDBPyConnection", comment_id: str) -> None:
    from fiber_pipeline.insight import trace_comment

    try:
        _tell(trace_comment(connection, comment_id))
    except KeyError:
        raise click.ClickException(f"there is no comment {comment_id}") from None


def _tell_customer(connection: "duckdb.DuckDBPyConnection", customer: str) -> None:
    from fiber_pipeline.insight import trace_customer

    try:
        rows = trace_customer(connection, customer)
    except KeyError:
        raise click.ClickException(f"no comment is of a customer {customer}") from None
    for name in dict.fromkeys(row["customer_in_file"] for row in rows):
        click.echo(f"customer_in_file: {name}")
    for row in rows:
        place = " ".join(str(row[part]) for part in ("source_file", "sheet", "row_number") if row[part] is not None)
        click.echo(f"{row['comment_id']}: {row['batch']}, {place}")


def _tell_sentence(connection: "duckdb.DuckDBPyConnection", rank: int) -> None:
    from fiber_pipeline.insight import trace_sentence

    try:
        facts = trace_sentence(connection, rank)
    except KeyError:
        raise click.ClickException(f"the executive summary has no sentence {rank}") from None
    figures = facts.pop("figures")
    _tell(facts)
    for figure in figures:
        # The key of an insight stands as `--insight` takes it.
        click.echo(f"figure: {figure['value']:.6g} is {' '.join(json.loads(figure['origin']))}")


def _tell_insight(connection: "duckdb.DuckDBPyConnection", insight: tuple[str, str, str, str, str]) -> None:
    from fiber_pipeline.insight import trace_insight

    found = trace_insight(connection, *insight)
    click.echo(f"{len(found)} comments; `fiber trace ID` tells more of each")
    for name in found[:_SHOWN]:
        click.echo(name)
    if len(found) > _SHOWN:
        click.echo(f"… and {len(found) - _SHOWN} more")


def _tell(facts: dict[str, Any]) -> None:
    for name, value in facts.items():
        click.echo(f"{name}: {json.dumps(value, ensure_ascii=False, default=str)}")
