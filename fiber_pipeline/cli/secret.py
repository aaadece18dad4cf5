"""`fiber secret`: the secret that names of comments and codes of customers are made with."""

import click

from fiber_pipeline.cli.problems import read_settings


@click.group()
def secret() -> None:
    """Change the secret that names of comments and codes of customers are made with."""


@secret.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def rotate(yes: bool) -> None:
    """Give every comment, response and coded customer a new name, since others may know the secret.

    A key is added to the secret's file, where every host that shares the warehouse must find it, and the tables are
    brought up to date at once. Reports and exports are deleted: they speak of comments by their former names.
    """
    settings = read_settings()

    from fiber_pipeline.operations.secret import rotate_secret

    if not yes:
        click.confirm("Ids in files that were handed out will be unknown from now on. Go on?", abort=True)
    for table, rows in rotate_secret(settings).items():
        if rows:
            click.echo(f"{table}: {rows} rows")
    click.echo(f"added a key to {settings.secret_path}")
    click.echo("run `fiber run` to write the reports anew")
