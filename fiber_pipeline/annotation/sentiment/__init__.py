"""Sentiment, emotions and urgency of comments.

Here belong the engines' protocol, the local engine with its lexicons and rules, and what is told from NPS and
rating afterwards. Engines over a service stand beside it; what speaks to the service is in `services`.
"""

from fiber_pipeline.annotation.sentiment.clause_scores import ClauseScore, score_clauses
from fiber_pipeline.annotation.sentiment.consistency import check_against_scores
from fiber_pipeline.annotation.sentiment.engine import LocalSentimentEngine
from fiber_pipeline.annotation.sentiment.explain import Explanation, explain
from fiber_pipeline.annotation.sentiment.protocol import SentimentEngine

__all__ = [
    "ClauseScore",
    "Explanation",
    "LocalSentimentEngine",
    "SentimentEngine",
    "check_against_scores",
    "explain",
    "score_clauses",
]
