"""`recommendations`: actions worth taking."""

import dagster as dg
import pandas as pd

from fiber_pipeline.assets.publishing import table_asset
from fiber_pipeline.insight import recommend
from fiber_pipeline.insight.openai_summary import writer_of
from fiber_pipeline.resources import ResponseStoreResource, WarehouseResource
from fiber_pipeline.settings import Settings
from fiber_pipeline.tables import RECOMMENDATIONS


@table_asset(RECOMMENDATIONS, code=["insight", "services/openai/prompts"], deps=["themes", "insights", "forecasts"])
def recommendations(
    context: dg.AssetExecutionContext,
    warehouse: WarehouseResource,
    settings: dg.ResourceParam[Settings],
    response_store: dg.ResourceParam[ResponseStoreResource],
) -> pd.DataFrame:
    """What to do first, in Spanish, each with its reason, expected effect, effort and the comments it rests on."""
    reader = warehouse.open().reader
    if "openai" in settings.services:
        return writer_of(settings, response_store.open(), reader).recommend()
    with reader() as connection:
        return recommend(connection)
