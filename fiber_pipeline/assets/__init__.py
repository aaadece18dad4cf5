"""The software-defined assets: one module each, named after its table or file, a few lines that call the core.

How an asset is published (checks, schema, previews) is in `publishing`, what holds for all of them in `policy`.
Computation belongs to the core packages, not here.
"""

from fiber_pipeline.assets.api_calls import api_calls
from fiber_pipeline.assets.api_costs import api_costs
from fiber_pipeline.assets.comment_themes import comment_themes
from fiber_pipeline.assets.comments import comments
from fiber_pipeline.assets.corrections import corrections
from fiber_pipeline.assets.emergent_themes import emergent_themes
from fiber_pipeline.assets.engine_accuracy import engine_accuracy
from fiber_pipeline.assets.engine_agreement import engine_agreement
from fiber_pipeline.assets.exports import exports
from fiber_pipeline.assets.forecasts import forecasts
from fiber_pipeline.assets.insights import insights
from fiber_pipeline.assets.openai_submissions import openai_submissions
from fiber_pipeline.assets.raw_comments import raw_comments
from fiber_pipeline.assets.recommendations import recommendations
from fiber_pipeline.assets.report import report
from fiber_pipeline.assets.review_queue import review_queue
from fiber_pipeline.assets.sentiment_scores import sentiment_scores
from fiber_pipeline.assets.themes import themes
from fiber_pipeline.assets.translated_comments import translated_comments
from fiber_pipeline.assets.workbook import workbook

ALL_ASSETS = (
    raw_comments,
    comments,
    translated_comments,
    sentiment_scores,
    comment_themes,
    themes,
    emergent_themes,
    insights,
    forecasts,
    recommendations,
    workbook,
    report,
    exports,
    engine_agreement,
    review_queue,
    corrections,
    engine_accuracy,
    openai_submissions,
    api_calls,
    api_costs,
)

__all__ = ["ALL_ASSETS"]
