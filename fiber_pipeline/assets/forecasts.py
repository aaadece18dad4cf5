"""`forecasts`: where the figures are heading."""

import dagster as dg
import pandas as pd

from fiber_pipeline.assets.publishing import table_asset
from fiber_pipeline.insight import measure_forecasts
from fiber_pipeline.resources import WarehouseResource
from fiber_pipeline.tables import FORECASTS


@table_asset(FORECASTS, code=["insight"], deps=["insights"])
def forecasts(context: dg.AssetExecutionContext, warehouse: WarehouseResource) -> pd.DataFrame:
    """The next months of NPS, volume and theme shares, with intervals and each model's error on held-out months."""
    with warehouse.counted() as connection:
        return measure_forecasts(connection)
