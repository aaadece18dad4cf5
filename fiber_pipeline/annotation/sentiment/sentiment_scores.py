"""Fills `sentiment_scores`: the sentiment, emotions and urgency of each comment."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from fiber_pipeline.annotation.corrections import overlay_sentiment
from fiber_pipeline.annotation.engines import NONE, Progress, collect, distinct_texts, note_unanswered
from fiber_pipeline.annotation.plausibility import SCORE_SIGN
from fiber_pipeline.annotation.sentiment.consistency import check_against_scores, score_signs
from fiber_pipeline.annotation.sentiment.protocol import SentimentEngine
from fiber_pipeline.tables import SENTIMENT_SCORES

_FROM_ENGINE = (
    "sentiment",
    "score",
    "intensity",
    "evidence",
    "emotions",
    "urgency",
    "urgency_evidence",
    "confidence",
    "engine",
    "model",
    "prompt_version",
    "is_fallback",
    "fallback_reason",
)
# Of a text on which every engine broke: no opinion, and nothing to be sure of.
_BLANK = {
    "sentiment": "neutral",
    "score": 0.0,
    "intensity": "mild",
    "evidence": [],
    "emotions": [],
    "urgency": "low",
    "urgency_evidence": [],
    "confidence": 0.0,
    "prompt_version": None,
}


def score_comments(
    comments: pd.DataFrame,
    engines: Sequence[SentimentEngine],
    progress: Progress | None = None,
    corrections: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return a `sentiment_scores` row for each row of `comments`.

    comments: columns batch, comment_id, text, text_key, text_es, language, is_main, nps, rating, rating_scale. Scores
        are held against main answers alone: whoever is happy still answers what should be better.
    corrections: what people said of texts (see `annotation.corrections`); it stands in place of the engines' labels.
    """
    distinct = distinct_texts(comments, ["text", "text_es", "language"])
    is_main = comments["is_main"].fillna(True)
    scores = [comments[name].where(is_main) for name in ("nps", "rating", "rating_scale")]
    signs = np.sign(np.bincount(distinct.item_of, score_signs(*scores), minlength=len(distinct.request)))
    request = distinct.request.assign(**{SCORE_SIGN: signs})
    answers = collect(SENTIMENT_SCORES, engines, request, progress, blank=_BLANK)
    told = answers.select(_FROM_ENGINE).take(pa.array(distinct.item_of))
    is_reviewed = np.zeros(len(comments), dtype=bool)
    if corrections is not None:
        told, is_reviewed = overlay_sentiment(told, comments["text_key"], corrections)
    is_blank = pc.equal(told["engine"], NONE).to_numpy()
    confidence, contradicts = check_against_scores(
        told["sentiment"],
        told["score"],
        told["confidence"],
        *scores,
    )
    frame = SENTIMENT_SCORES.frame(
        {
            **{name: told[name] for name in _FROM_ENGINE},
            "batch": comments["batch"],
            "comment_id": comments["comment_id"],
            # A score can make an engine's label doubtful, not a person's.
            "confidence": np.select([is_reviewed, is_blank], [1.0, 0.0], confidence),
            "contradicts_score": contradicts & ~is_blank,
        }
    )
    return note_unanswered(frame, told)
