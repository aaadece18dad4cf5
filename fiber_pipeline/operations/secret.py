"""Adding a key to the installation's secret, when the one there is may be known to others."""

from collections.abc import Mapping

import filelock

from fiber_pipeline.assets.output_files import delete_outputs
from fiber_pipeline.installation import add_key
from fiber_pipeline.resources import IdentitiesResource
from fiber_pipeline.settings import Settings
from fiber_pipeline.warehouse import Warehouse

_SECONDS = 600.0


def rotate_secret(settings: Settings) -> Mapping[str, int]:
    """Add a key and rename every comment, response and coded customer; the renamed rows by table.

    Reports and exports, which speak of comments by their former names, are deleted; the next run writes them anew.
    Cut short, the next run finishes it. Raises OSError if the secret's file cannot be written, SecretUnusable.
    """
    path = settings.secret_path
    path.parent.mkdir(parents=True, exist_ok=True)
    # Of two keys added at once one would be lost, and with it every name that was made with it.
    with filelock.FileLock(f"{path}.lock", timeout=_SECONDS, mode=0o600):
        add_key(path)
    warehouse = Warehouse(settings.warehouse_location, settings.warehouse_key)
    renamed = warehouse.bring_names_up_to_date(IdentitiesResource(settings).now())
    delete_outputs(settings.outputs_dir)
    return renamed
