"""Sentiment, emotions and urgency of comments. What belongs here: the engines' protocol, the local engine with its data."""

from fiber_pipeline.sentiment.clause_scores import ClauseScore, score_clauses

__all__ = ["ClauseScore", "score_clauses"]
