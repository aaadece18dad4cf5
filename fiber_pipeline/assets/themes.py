"""`themes`: each theme over all batches."""

import dagster as dg
import pandas as pd

from fiber_pipeline.assets.publishing import table_asset
from fiber_pipeline.insight import measure_themes
from fiber_pipeline.resources import EnginesResource, WarehouseResource
from fiber_pipeline.tables import THEMES


@table_asset(
    THEMES,
    code=["insight"],
    deps=["comments", "comment_themes", "sentiment_scores"],
)
def themes(
    context: dg.AssetExecutionContext, warehouse: WarehouseResource, engines: dg.ResourceParam[EnginesResource]
) -> pd.DataFrame:
    """Each theme of the taxonomy over the whole history: how often, how negative, what it does to NPS."""
    with warehouse.counted() as connection:
        return measure_themes(connection, engines.taxonomy().themes)
