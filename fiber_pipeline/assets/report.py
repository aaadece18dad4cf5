"""`report`: the HTML page."""

import dagster as dg

from fiber_pipeline.assets.output_files import (
    INSIGHTS,
    READS,
    REPORT_NAME,
    OutputConfig,
    file_metadata,
    summary_metadata,
)
from fiber_pipeline.code_version import code_version
from fiber_pipeline.outputs import write_report
from fiber_pipeline.resources import OutputsResource, WarehouseResource


@dg.asset(deps=[*READS, *INSIGHTS], code_version=code_version("outputs"))
def report(config: OutputConfig, warehouse: WarehouseResource, outputs: OutputsResource) -> dg.MaterializeResult[None]:
    """One self-contained HTML page in Spanish, readable offline and on a phone."""
    path = config.place(outputs.open(), REPORT_NAME)
    with warehouse.open().reader() as connection:
        summary = write_report(connection, path, source=config.source)
    return dg.MaterializeResult(metadata={**file_metadata(path), **summary_metadata(summary)})
