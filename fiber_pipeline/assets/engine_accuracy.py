"""`engine_accuracy`: engines against the people who reviewed."""

import dagster as dg
import pandas as pd

from fiber_pipeline.assets.publishing import table_asset
from fiber_pipeline.resources import EnginesResource, WarehouseResource
from fiber_pipeline.review.engine_accuracy import reviewed_texts, score_engines
from fiber_pipeline.tables import ENGINE_ACCURACY


@table_asset(
    ENGINE_ACCURACY,
    code=["review", "annotation/translation", "annotation/engines.py"],
    deps=["comments", "corrections"],
)
def engine_accuracy(
    context: dg.AssetExecutionContext, warehouse: WarehouseResource, engines: dg.ResourceParam[EnginesResource]
) -> pd.DataFrame:
    """How often each engine says what people say, on the texts they reviewed; empty until somebody has."""
    with warehouse.open().reader() as connection:
        reviewed = reviewed_texts(connection)
    if reviewed.empty:
        context.log.info("nobody has reviewed a text yet: `fiber review export` writes the workbook to do it in")
    return score_engines(reviewed, engines.open())
