"""The asset check that every batch is whole, where the figures over all of them are made."""

import dagster as dg

from fiber_pipeline.insight import incomplete_batches
from fiber_pipeline.resources import WarehouseResource

_SHOWN = 50


@dg.asset_check(
    asset="insights",
    description="All tables of every batch speak of one reading of its file. A batch that is not whole is under way, "
    "or its run broke off; figures leave it out unless FIBER_INCOMPLETE_BATCHES says otherwise. `fiber run` completes "
    "it.",
)
def batches_are_whole(warehouse: WarehouseResource) -> dg.AssetCheckResult:
    """Name the batches that are not whole, and the tables that are wanting."""
    with warehouse.open().reader() as connection:
        incomplete = incomplete_batches(connection)
    told = [dg.TableRecord({"batch": item.batch, "tables": ", ".join(item.tables)}) for item in incomplete[:_SHOWN]]
    return dg.AssetCheckResult(
        passed=not incomplete,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{len(incomplete)} batches are not whole",
        metadata={"incomplete": len(incomplete), **({"batches": dg.MetadataValue.table(told)} if told else {})},
    )
