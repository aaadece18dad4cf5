"""`exports`: the tables as files."""

import dagster as dg

from fiber_pipeline.assets.code_version import code_version
from fiber_pipeline.assets.output_files import EXPORTS_NAME, INSIGHTS, READS, OutputConfig
from fiber_pipeline.assets.publishing import measuring
from fiber_pipeline.outputs import write_exports
from fiber_pipeline.resources import OutputsResource, WarehouseResource


@dg.asset(deps=[*READS, *INSIGHTS], code_version=code_version("outputs"))
def exports(config: OutputConfig, warehouse: WarehouseResource, outputs: OutputsResource) -> dg.MaterializeResult[None]:
    """Every table but the unredacted ones, as Parquet, CSV and JSON lines."""
    folder = config.place(outputs.open(), EXPORTS_NAME)
    with measuring(warehouse) as told, warehouse.counted() as connection:
        paths = write_exports(connection, folder, source=config.source)
    return dg.MaterializeResult(
        metadata={
            **told,
            "folder": dg.MetadataValue.path(str(folder.resolve())),
            "files": len(paths),
            "megabytes": round(sum(path.stat().st_size for path in paths) / 1e6, 2),
        }
    )
