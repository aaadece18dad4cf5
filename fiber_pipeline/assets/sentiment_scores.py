"""`sentiment_scores`: sentiment, emotions and urgency."""

import dagster as dg
import pandas as pd

from fiber_pipeline.annotation.corrections import DECIDING_COLUMNS
from fiber_pipeline.annotation.sentiment.sentiment_scores import score_comments
from fiber_pipeline.assets.publishing import table_asset
from fiber_pipeline.resources import EnginesResource, ProgressResource
from fiber_pipeline.tables import SENTIMENT_SCORES


@table_asset(
    SENTIMENT_SCORES,
    code=["annotation/sentiment", "text", "annotation/engines.py", "annotation/corrections.py"],
    reads={
        "comments": ["batch", "comment_id", "text", "text_key", "is_main", "nps", "rating", "rating_scale"],
        "translated_comments": ["comment_id", "text_es", "language"],
        "corrections": list(DECIDING_COLUMNS),
    },
    row_per_comment="comments",
    by_engines=True,
)
def sentiment_scores(
    context: dg.AssetExecutionContext,
    comments: pd.DataFrame,
    translated_comments: pd.DataFrame,
    corrections: pd.DataFrame,
    engines: dg.ResourceParam[EnginesResource],
    progress: dg.ResourceParam[ProgressResource],
) -> pd.DataFrame:
    """The sentiment of each comment with its strength, confidence, emotions, urgency and the words behind them."""
    joined = comments.merge(translated_comments, on="comment_id", validate="1:1")
    return score_comments(joined, engines.open().sentiment, progress.begin("sentiment", context.log), corrections)
