"""`review_queue`: the workbook in which people review."""

import dagster as dg

from fiber_pipeline.assets.code_version import code_version
from fiber_pipeline.assets.output_files import REVIEW_NAME, file_metadata
from fiber_pipeline.resources import EnginesResource, OutputsResource, WarehouseResource
from fiber_pipeline.review.queue import read_queue
from fiber_pipeline.review.queue_workbook import write_queue
from fiber_pipeline.settings import Settings


@dg.asset(
    deps=[
        "comments",
        "translated_comments",
        "sentiment_scores",
        "comment_themes",
        "emergent_themes",
        "engine_disputes",
        "corrections",
    ],
    code_version=code_version("review", "outputs"),
)
def review_queue(
    warehouse: WarehouseResource,
    outputs: OutputsResource,
    engines: dg.ResourceParam[EnginesResource],
    settings: dg.ResourceParam[Settings],
) -> dg.MaterializeResult[None]:
    """An Excel workbook in Spanish with the comments that people should look at first, and lists to correct them."""
    with warehouse.open().reader() as connection:
        queue = read_queue(connection, settings.review_rows)
    folder = outputs.open()
    path = folder / REVIEW_NAME
    summary = write_queue(queue, engines.taxonomy().themes, path)
    return dg.MaterializeResult(
        metadata={
            **file_metadata(path, folder),
            "texts": summary.rows,
            "comments": summary.comments,
            "reasons": dg.MetadataValue.table(
                [dg.TableRecord({"reason": reason, "texts": texts}) for reason, texts in summary.reasons.items()]
            ),
        }
    )
