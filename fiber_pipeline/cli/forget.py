"""`fiber forget`: erase a batch or a customer everywhere."""

import click

from fiber_pipeline.cli.problems import read_settings


@click.command()
@click.option("--batch", help="The batch: its file's path relative to the inbox.")
@click.option("--customer", help="The customer, as the files name them.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget(batch: str | None, customer: str | None, yes: bool) -> None:
    """Erase a batch, or a customer's comments, from every table, output and paid answer, and tell what was erased.

    A batch's file leaves the inbox and the quarantine too. A customer's rows in files of the inbox do not: delete
    them there, or the next run reads them again.
    """
    if (batch is None) == (customer is None):
        raise click.UsageError("give either --batch or --customer")
    from fiber_pipeline.operations.forgetting import forget_batch, forget_customer
    from fiber_pipeline.services.store.errors import StoreError

    settings = read_settings()
    if not yes:
        click.confirm("This cannot be undone. Go on?", abort=True)
    try:
        if batch is not None:
            forgotten = forget_batch(settings, batch)
        else:
            assert customer is not None
            forgotten = forget_customer(settings, customer)
    except StoreError as problem:
        raise click.ClickException(f"nothing was erased: {problem}") from None
    for line in forgotten.lines():
        click.echo(line)
