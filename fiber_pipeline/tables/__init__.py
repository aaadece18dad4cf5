"""The tables of the warehouse: one module a table, named after it, and what they are declared with.

A table's pandera columns are its contract: the DDL, the Arrow schema, the Dagster column schema and lineage, the
blocking check and the page in docs/ all come from them. Only declarations belong here; code that fills or reads a
table lives with the step that does so.
"""

from fiber_pipeline.tables.api_calls import API_CALLS
from fiber_pipeline.tables.api_costs import API_COSTS
from fiber_pipeline.tables.batch_tables import BATCH_TABLES
from fiber_pipeline.tables.comment_themes import COMMENT_THEMES
from fiber_pipeline.tables.comments import COMMENTS
from fiber_pipeline.tables.corrections import CORRECTIONS
from fiber_pipeline.tables.emergent_themes import EMERGENT_THEMES
from fiber_pipeline.tables.engine_accuracy import ENGINE_ACCURACY
from fiber_pipeline.tables.engine_agreement import ENGINE_AGREEMENT
from fiber_pipeline.tables.engine_disputes import ENGINE_DISPUTES
from fiber_pipeline.tables.erasures import ERASURES
from fiber_pipeline.tables.executive_summary import EXECUTIVE_SUMMARY
from fiber_pipeline.tables.forecasts import FORECASTS
from fiber_pipeline.tables.insights import INSIGHTS
from fiber_pipeline.tables.installation_keys import INSTALLATION_KEYS
from fiber_pipeline.tables.raw_comments import RAW_COMMENTS
from fiber_pipeline.tables.recommendations import RECOMMENDATIONS
from fiber_pipeline.tables.rejected_rows import REJECTED_ROWS
from fiber_pipeline.tables.sentiment_scores import SENTIMENT_SCORES
from fiber_pipeline.tables.table import SchemaViolation, Table
from fiber_pipeline.tables.themes import THEMES
from fiber_pipeline.tables.translated_comments import TRANSLATED_COMMENTS

# One per asset.
ALL_TABLES = (
    RAW_COMMENTS,
    REJECTED_ROWS,
    COMMENTS,
    TRANSLATED_COMMENTS,
    SENTIMENT_SCORES,
    COMMENT_THEMES,
    THEMES,
    EMERGENT_THEMES,
    INSIGHTS,
    FORECASTS,
    EXECUTIVE_SUMMARY,
    RECOMMENDATIONS,
    ENGINE_AGREEMENT,
    ENGINE_DISPUTES,
    CORRECTIONS,
    ENGINE_ACCURACY,
    API_CALLS,
    API_COSTS,
)
# What the warehouse keeps for itself.
OWN_TABLES = (BATCH_TABLES, INSTALLATION_KEYS, ERASURES)
TABLES = {table.name: table for table in ALL_TABLES}

__all__ = [
    "ALL_TABLES",
    "API_CALLS",
    "API_COSTS",
    "BATCH_TABLES",
    "COMMENTS",
    "COMMENT_THEMES",
    "CORRECTIONS",
    "EMERGENT_THEMES",
    "ENGINE_ACCURACY",
    "ENGINE_AGREEMENT",
    "ENGINE_DISPUTES",
    "ERASURES",
    "EXECUTIVE_SUMMARY",
    "FORECASTS",
    "INSIGHTS",
    "INSTALLATION_KEYS",
    "OWN_TABLES",
    "RAW_COMMENTS",
    "RECOMMENDATIONS",
    "REJECTED_ROWS",
    "SENTIMENT_SCORES",
    "TABLES",
    "THEMES",
    "TRANSLATED_COMMENTS",
    "SchemaViolation",
    "Table",
]
