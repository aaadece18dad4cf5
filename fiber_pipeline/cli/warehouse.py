"""`fiber warehouse`: encrypt what is there already, and change its key."""

import click

from fiber_pipeline.cli.problems import read_settings

_NEW_KEY = "FIBER_WAREHOUSE_NEW_KEY"


@click.group()
def warehouse() -> None:
    """Encrypt the warehouse and the answers of services that are kept, or change their key."""


@warehouse.command()
def encrypt() -> None:
    """Encrypt a warehouse that lies open, with the key in FIBER_WAREHOUSE_KEY; the response store is sealed with it.

    Copies of the old file, such as backups, stay as they are.
    """
    key = read_settings().warehouse_key
    if not key:
        raise click.ClickException("set FIBER_WAREHOUSE_KEY to the key to encrypt with")
    _change_key(None, key)


@warehouse.command()
@click.option("--new-key", envvar=_NEW_KEY, prompt="New key", hide_input=True, confirmation_prompt=True, hidden=True)
def rekey(new_key: str) -> None:
    """Change the key from the one in FIBER_WAREHOUSE_KEY to another, which is asked for.

    Where nobody can be asked, FIBER_WAREHOUSE_NEW_KEY holds it. Afterwards it goes into FIBER_WAREHOUSE_KEY.
    """
    key = read_settings().warehouse_key
    if not key:
        raise click.ClickException("set FIBER_WAREHOUSE_KEY to the key so far; `fiber warehouse encrypt` gives a first")
    if not new_key.strip():
        raise click.ClickException("the new key is empty")
    _change_key(key, new_key.strip())
    click.echo("set FIBER_WAREHOUSE_KEY to the new key, wherever it is set")


def _change_key(old: str | None, new: str) -> None:
    from fiber_pipeline.cli.home import open_instance
    from fiber_pipeline.operations.encryption import change_key

    settings = read_settings()
    with open_instance(settings) as instance:
        done = change_key(settings, instance, old, new)
    for name, is_done in (("warehouse", done.warehouse), ("response store", done.response_store)):
        click.echo(f"{name}: {'has the new key' if is_done else 'had that key already, or is not there'}")
