"""`insights`: measured facts."""

import dagster as dg
import pandas as pd

from fiber_pipeline.assets.publishing import table_asset
from fiber_pipeline.insight import incomplete_batches, measure_insights
from fiber_pipeline.insight.known_names import check_metadata_columns
from fiber_pipeline.resources import WarehouseResource
from fiber_pipeline.settings import Settings
from fiber_pipeline.tables import INSIGHTS


@table_asset(
    INSIGHTS,
    code=["insight"],
    deps=["raw_comments", "comments", "translated_comments", "sentiment_scores", "comment_themes"],
)
def insights(
    context: dg.AssetExecutionContext, warehouse: WarehouseResource, settings: dg.ResourceParam[Settings]
) -> pd.DataFrame:
    """NPS, CSAT, sentiment, volume and themes by period, batch, source, language and theme, with intervals."""
    with warehouse.counted() as connection:
        check_metadata_columns(connection, settings.metadata_columns)
        incomplete = incomplete_batches(connection)
        measured = measure_insights(connection, metadata_columns=settings.metadata_columns)
    if incomplete:
        told = "are counted as far as they go" if warehouse.count_incomplete else "are left out"
        context.log.warning("%d batches are not whole and %s, such as %s", len(incomplete), told, incomplete[0].batch)
    return measured
