"""`comments`: cleaned and redacted comments."""

import dagster as dg
import pandas as pd

from fiber_pipeline.assets.publishing import table_asset
from fiber_pipeline.checks import NO_PERSONAL_DATA, check_no_personal_data
from fiber_pipeline.cleaning import clean
from fiber_pipeline.resources import EnginesResource, IdentitiesResource, WarehouseResource
from fiber_pipeline.tables import COMMENTS, RAW_COMMENTS


@table_asset(
    COMMENTS,
    code=["cleaning", "text"],
    reads={"raw_comments": list(RAW_COMMENTS.columns)},
    row_per_comment="raw_comments",
    also={NO_PERSONAL_DATA: check_no_personal_data},
)
def comments(
    context: dg.AssetExecutionContext,
    raw_comments: pd.DataFrame,
    engines: dg.ResourceParam[EnginesResource],
    identities: dg.ResourceParam[IdentitiesResource],
    warehouse: WarehouseResource,
) -> pd.DataFrame:
    """Comments tidied, with personal data replaced by marks, duplicates linked and empty talk told from content."""
    return clean(raw_comments, identities.of(warehouse.open()), engines.second_look())
