"""Fills `sentiment_scores`: the sentiment, emotions and urgency of each comment."""

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa

from fiber_pipeline.engines import Progress, collect, distinct_texts
from fiber_pipeline.sentiment.consistency import check_against_scores
from fiber_pipeline.sentiment.protocol import SentimentEngine
from fiber_pipeline.tables import SENTIMENT_SCORES

_FROM_ENGINE = (
    "sentiment",
    "score",
    "intensity",
    "evidence",
    "emotions",
    "urgency",
    "urgency_evidence",
    "engine",
    "model",
    "prompt_version",
    "is_fallback",
    "fallback_reason",
)


def score_comments(
    comments: pd.DataFrame, engines: Sequence[SentimentEngine], progress: Progress | None = None
) -> pd.DataFrame:
    """Return a `sentiment_scores` row for each row of `comments`.

    comments: columns batch, comment_id, text, text_es, language, nps, rating, rating_scale.
    """
    distinct = distinct_texts(comments, ["text", "text_es", "language"])
    answers = collect(SENTIMENT_SCORES, engines, distinct.request, progress)
    rows = pa.array(distinct.item_of)
    columns: dict[str, object] = {name: answers[name].take(rows) for name in _FROM_ENGINE}
    confidence, contradicts = check_against_scores(
        columns["sentiment"],
        columns["score"],
        answers["confidence"].take(rows),
        comments["nps"],
        comments["rating"],
        comments["rating_scale"],
    )
    return SENTIMENT_SCORES.frame(
        {
            **columns,
            "batch": comments["batch"],
            "comment_id": comments["comment_id"],
            "confidence": confidence,
            "contradicts_score": contradicts,
        }
    )
