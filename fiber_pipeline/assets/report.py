"""`report`: the HTML page and its PDF."""

import dagster as dg

from fiber_pipeline.assets.code_version import code_version
from fiber_pipeline.assets.output_files import (
    INSIGHTS,
    READS,
    REPORT_NAME,
    OutputConfig,
    file_metadata,
    summary_metadata,
)
from fiber_pipeline.assets.publishing import measuring
from fiber_pipeline.outputs import write_report
from fiber_pipeline.resources import OutputsResource, WarehouseResource


@dg.asset(deps=[*READS, *INSIGHTS], code_version=code_version("outputs"))
def report(config: OutputConfig, warehouse: WarehouseResource, outputs: OutputsResource) -> dg.MaterializeResult[None]:
    """One self-contained HTML page in Spanish, readable offline and on a phone, and a PDF that says the same."""
    folder = outputs.open()
    path = config.place(folder, REPORT_NAME)
    with measuring(warehouse) as told, warehouse.counted() as connection:
        summary = write_report(connection, path, source=config.source)
    pdf = {f"pdf_{name}": value for name, value in file_metadata(summary.pdf_path, folder).items()}
    return dg.MaterializeResult(metadata={**told, **file_metadata(path, folder), **pdf, **summary_metadata(summary)})
