"""`comment_themes`: the themes of each comment."""

import dagster as dg
import pandas as pd

from fiber_pipeline.annotation.corrections import DECIDING_COLUMNS
from fiber_pipeline.annotation.themes.comment_themes import find_themes
from fiber_pipeline.assets.publishing import table_asset
from fiber_pipeline.resources import EnginesResource, ProgressResource
from fiber_pipeline.tables import COMMENT_THEMES


@table_asset(
    COMMENT_THEMES,
    code=["annotation/themes", "annotation/sentiment", "text", "annotation/engines.py", "annotation/corrections.py"],
    reads={
        "comments": ["batch", "comment_id", "text", "text_key"],
        "translated_comments": ["comment_id", "text_es", "language"],
        "corrections": list(DECIDING_COLUMNS),
    },
    by_engines=True,
)
def comment_themes(
    context: dg.AssetExecutionContext,
    comments: pd.DataFrame,
    translated_comments: pd.DataFrame,
    corrections: pd.DataFrame,
    engines: dg.ResourceParam[EnginesResource],
    progress: dg.ResourceParam[ProgressResource],
) -> pd.DataFrame:
    """The themes each comment speaks of, with the sentiment towards each and the words that show it."""
    joined = comments.merge(translated_comments, on="comment_id", validate="1:1")
    categories = {slug: theme.category for slug, theme in engines.taxonomy().themes.items()}
    return find_themes(joined, engines.open().themes, progress.begin("themes", context.log), corrections, categories)
