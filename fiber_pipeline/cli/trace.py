"""`fiber trace`: from a figure to its comments, and from a comment to its file and row."""

import json

import click

from fiber_pipeline.cli.problems import read_settings

_SHOWN = 20


@click.command()
@click.argument("comment_id", required=False)
@click.option(
    "--insight",
    nargs=5,
    metavar="KIND PERIOD DIMENSION MEMBER METRIC",
    help="The key of a row of `insights`, for example: month 2026-03 theme outages negative_share.",
)
def trace(comment_id: str | None, insight: tuple[str, str, str, str, str] | None) -> None:
    """Say where COMMENT_ID comes from and who annotated it, or list the comments behind a figure."""
    if (comment_id is None) == (insight is None):
        raise click.UsageError("give either a comment's id or --insight")
    settings = read_settings()

    from fiber_pipeline.insight import trace_comment, trace_insight
    from fiber_pipeline.warehouse import Warehouse

    with Warehouse(settings.warehouse_location, settings.warehouse_key).reader() as connection:
        if comment_id is not None:
            try:
                facts = trace_comment(connection, comment_id)
            except KeyError:
                raise click.ClickException(f"there is no comment {comment_id}") from None
            for name, value in facts.items():
                click.echo(f"{name}: {json.dumps(value, ensure_ascii=False, default=str)}")
            return
        assert insight is not None
        try:
            found = trace_insight(connection, *insight)
        except ValueError as problem:
            raise click.ClickException(str(problem)) from None
    click.echo(f"{len(found)} comments; `fiber trace ID` tells more of each")
    for name in found[:_SHOWN]:
        click.echo(name)
    if len(found) > _SHOWN:
        click.echo(f"… and {len(found) - _SHOWN} more")
