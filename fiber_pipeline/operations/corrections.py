"""`corrections` before anybody has reviewed: a table that engines' steps read, and that no run has filled yet."""

import dagster as dg

from fiber_pipeline.tables import CORRECTIONS
from fiber_pipeline.warehouse import Warehouse


def note_corrections(instance: dg.DagsterInstance, warehouse: Warehouse) -> None:
    """Let the instance know of the table as it stands, if it never heard of it.

    The steps that read it find it empty and are right; without this the UI warns that something they need is missing.
    """
    key = dg.AssetKey(CORRECTIONS.name)
    if instance.get_latest_materialization_event(key) is not None:
        return
    rows = len(warehouse.read(CORRECTIONS, ["text_key"]))
    told = "As it stood when a batch was first analysed; `take_in_reviews` fills it."
    instance.report_runless_asset_event(
        dg.AssetMaterialization(key, description=told, metadata={"dagster/row_count": rows})
    )
