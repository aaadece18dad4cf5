"""`fiber forget`: erase a batch or a customer everywhere."""

from contextlib import nullcontext

import click

from fiber_pipeline.cli.problems import read_settings


@click.command()
@click.option("--batch", help="The batch: its file's path relative to the inbox.")
@click.option("--customer", help="The customer, as the files name them; case and spaces do not count.")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget(batch: str | None, customer: str | None, dry_run: bool, yes: bool) -> None:
    """Erase a batch, or a customer's comments, from every table, output and paid answer, and tell what was erased.

    A batch's file leaves the inbox and the quarantine too. Files that hold rows of a customer stay as they are, and are
    named; runs leave these rows out from then on. What is not there is refused.
    """
    if (batch is None) == (customer is None):
        raise click.UsageError("give either --batch or --customer")
    from fiber_pipeline.cli.home import home_of, open_instance
    from fiber_pipeline.operations.forgetting import Forgotten, forget_batch, forget_customer

    settings = read_settings()

    with open_instance(settings) if home_of(settings).exists() else nullcontext() as instance:

        def erase(*, dry: bool) -> Forgotten:
            if batch is not None:
                return forget_batch(settings, batch, instance, dry_run=dry)
            return forget_customer(settings, str(customer), instance, dry_run=dry)

        if dry_run or not yes:
            for line in erase(dry=True).lines():
                click.echo(line)
        if dry_run:
            return
        if not yes:
            click.confirm("This cannot be undone. Erase it?", abort=True)
        for line in erase(dry=False).lines():
            click.echo(line)
