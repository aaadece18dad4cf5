"""`api_calls`: the books of the response store."""

import dagster as dg
import pandas as pd

from fiber_pipeline.assets.publishing import table_asset
from fiber_pipeline.resources import ResponseStoreResource
from fiber_pipeline.services.costs import list_calls
from fiber_pipeline.tables import API_CALLS


@table_asset(
    API_CALLS,
    code=["services/costs.py"],
    # After all that asks services: what a refresh itself has cost is in its books.
    deps=["translated_comments", "sentiment_scores", "comment_themes", "executive_summary", "recommendations"],
)
def api_calls(
    context: dg.AssetExecutionContext, response_store: dg.ResourceParam[ResponseStoreResource]
) -> pd.DataFrame:
    """Every call to an external service, paid or from the cache, as the response store has written it down."""
    return list_calls(response_store.open().calls())
