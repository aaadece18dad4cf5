"""`emergent_themes`: what the taxonomy lacks."""

import dagster as dg
import pandas as pd

from fiber_pipeline.annotation.themes import discover_emergent_themes
from fiber_pipeline.assets.publishing import table_asset
from fiber_pipeline.insight.unmatched import comments_without_theme
from fiber_pipeline.resources import EnginesResource, WarehouseResource
from fiber_pipeline.tables import EMERGENT_THEMES


@table_asset(
    EMERGENT_THEMES,
    code=["annotation/themes", "text"],
    deps=["comments", "comment_themes"],
)
def emergent_themes(
    context: dg.AssetExecutionContext, warehouse: WarehouseResource, engines: dg.ResourceParam[EnginesResource]
) -> pd.DataFrame:
    """What customers speak of that no theme of the taxonomy covers, clustered and labelled in their own words."""
    previous = warehouse.open().read(EMERGENT_THEMES)
    with warehouse.counted() as connection:
        unmatched = comments_without_theme(connection)
    return discover_emergent_themes(unmatched, engines.taxonomy(), previous=previous)
