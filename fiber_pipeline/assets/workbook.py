"""`workbook`: the Excel file."""

import dagster as dg

from fiber_pipeline.assets.code_version import code_version
from fiber_pipeline.assets.output_files import (
    INSIGHTS,
    READS,
    WORKBOOK_NAME,
    OutputConfig,
    file_metadata,
    summary_metadata,
)
from fiber_pipeline.assets.publishing import measuring
from fiber_pipeline.outputs import write_workbook
from fiber_pipeline.resources import OutputsResource, WarehouseResource


@dg.asset(deps=[*READS, *INSIGHTS], code_version=code_version("outputs"))
def workbook(
    config: OutputConfig, warehouse: WarehouseResource, outputs: OutputsResource
) -> dg.MaterializeResult[None]:
    """An Excel workbook in Spanish: key figures, themes, trends, priorities, whom to call, and every comment."""
    folder = outputs.open()
    path = config.place(folder, WORKBOOK_NAME)
    with measuring(warehouse) as told, warehouse.counted() as connection:
        summary = write_workbook(connection, path, source=config.source)
    return dg.MaterializeResult(metadata={**told, **file_metadata(path, folder), **summary_metadata(summary)})
