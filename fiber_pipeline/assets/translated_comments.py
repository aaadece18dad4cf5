"""`translated_comments`: language and Spanish text."""

import dagster as dg
import pandas as pd

from fiber_pipeline.annotation.corrections import DECIDING_COLUMNS
from fiber_pipeline.annotation.translation.translated_comments import translate_comments
from fiber_pipeline.assets.publishing import table_asset
from fiber_pipeline.resources import EnginesResource, ProgressResource
from fiber_pipeline.tables import TRANSLATED_COMMENTS


@table_asset(
    TRANSLATED_COMMENTS,
    code=[
        "annotation/language",
        "annotation/translation",
        "text",
        "annotation/engines.py",
        "annotation/corrections.py",
    ],
    reads={
        "comments": ["batch", "comment_id", "text", "text_key"],
        "corrections": list(DECIDING_COLUMNS),
    },
    row_per_comment="comments",
    by_engines=True,
)
def translated_comments(
    context: dg.AssetExecutionContext,
    comments: pd.DataFrame,
    corrections: pd.DataFrame,
    engines: dg.ResourceParam[EnginesResource],
    progress: dg.ResourceParam[ProgressResource],
) -> pd.DataFrame:
    """The language of each comment, and its text in Spanish: translated, glossed, or as it stood."""
    chains = engines.open()
    return translate_comments(
        comments,
        chains.language,
        chains.translation,
        progress.begin("language and translation", context.log),
        corrections,
    )
