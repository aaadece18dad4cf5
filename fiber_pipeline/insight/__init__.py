"""What the comments say all together: figures, themes, churn, forecasts, recommendations, and the way back.

Measures read every batch in SQL on a read-only connection and return the frame of a table. Only comments that
count are counted (`duplicate_of` null), and what is a response's once for all its comments. `measure_insights`,
`measure_themes`, `score_churn` and `trace_*` read the tables of single comments; `measure_forecasts` reads `insights`,
and `recommend` and `summarise` read all of these, so they run after. `one_source` narrows the tables to one source, so
that all of these speak of it alone; `without_incomplete` leaves out batches whose analysis is under way or broke off.
Finding out about single comments belongs to `annotation`; laying figures out for people belongs to `outputs`.
"""

from fiber_pipeline.insight.changes import Measured, is_beyond_chance
from fiber_pipeline.insight.churn import churn_reasons, score_churn, urgent_comments
from fiber_pipeline.insight.citations import Figure, Statement, cite, keep_verified, verify_citations
from fiber_pipeline.insight.executive_summary import read_summary, summary_frame
from fiber_pipeline.insight.forecasts import measure_forecasts
from fiber_pipeline.insight.metrics import METRICS, NO_MEMBER, OF_RESPONSES, OTHER_MEMBERS, measure_insights
from fiber_pipeline.insight.months import begins_late, ends_early, read_history, read_month_days
from fiber_pipeline.insight.one_source import one_source
from fiber_pipeline.insight.recommendations import Playbook, load_playbook, recommend
from fiber_pipeline.insight.summary import ExecutiveSummary, summarise
from fiber_pipeline.insight.themes import TaxonomyTheme, measure_themes
from fiber_pipeline.insight.trace import trace_comment, trace_customer, trace_insight, trace_sentence
from fiber_pipeline.insight.whole_batches import IncompleteBatch, incomplete_batches, without_incomplete

__all__ = [
    "METRICS",
    "NO_MEMBER",
    "OF_RESPONSES",
    "OTHER_MEMBERS",
    "ExecutiveSummary",
    "Figure",
    "IncompleteBatch",
    "Measured",
    "Playbook",
    "Statement",
    "TaxonomyTheme",
    "begins_late",
    "churn_reasons",
    "cite",
    "ends_early",
    "incomplete_batches",
    "is_beyond_chance",
    "keep_verified",
    "load_playbook",
    "measure_forecasts",
    "measure_insights",
    "measure_themes",
    "one_source",
    "read_history",
    "read_month_days",
    "read_summary",
    "recommend",
    "score_churn",
    "summarise",
    "summary_frame",
    "trace_comment",
    "trace_customer",
    "trace_insight",
    "trace_sentence",
    "urgent_comments",
    "verify_citations",
    "without_incomplete",
]
