"""`recommendations`: actions worth taking."""

import dagster as dg
import pandas as pd

from fiber_pipeline.assets.publishing import table_asset
from fiber_pipeline.insight import recommend
from fiber_pipeline.resources import WarehouseResource
from fiber_pipeline.tables import RECOMMENDATIONS


@table_asset(RECOMMENDATIONS, code=["insight"], deps=["themes", "insights", "forecasts"])
def recommendations(context: dg.AssetExecutionContext, warehouse: WarehouseResource) -> pd.DataFrame:
    """What to do first, in Spanish, each with its reason, expected effect, effort and the comments it rests on."""
    with warehouse.open().reader() as connection:
        return recommend(connection)
