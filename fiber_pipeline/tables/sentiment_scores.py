"""`sentiment_scores`: the sentiment, emotions and urgency of each comment."""

import pyarrow as pa

from fiber_pipeline.tables import columns
from fiber_pipeline.tables.table import Table
from fiber_pipeline.tables.vocabulary import INTENSITIES, SENTIMENTS, URGENCIES

_TEXT = ["comments.text", "translated_comments.text_es"]

SENTIMENT_SCORES = Table(
    name="sentiment_scores",
    row="a comment's sentiment",
    key=("comment_id",),
    columns={
        "batch": columns.text("The file's path relative to the inbox.", sources=["comments.batch"]),
        "comment_id": columns.text("The comment.", sources=["comments.comment_id"], coded="comment"),
        "sentiment": columns.category("The label.", SENTIMENTS, sources=_TEXT),
        "score": columns.real("From -1 (worst) to 1 (best).", low=-1, high=1, sources=_TEXT),
        "intensity": columns.category("How strongly it is said.", INTENSITIES, sources=_TEXT),
        "confidence": columns.real(
            "How sure the label is; agreement with NPS and rating counts here, never in the label.",
            low=0,
            high=1,
            sources=[*_TEXT, "comments.nps", "comments.rating"],
        ),
        "contradicts_score": columns.boolean(
            "Whether the text says the opposite of the comment's NPS or rating.",
            sources=[*_TEXT, "comments.nps", "comments.rating"],
        ),
        "evidence": columns.texts("The words that led to the label.", sources=_TEXT),
        "emotions": columns.structs(
            "Up to three emotions, strongest first: strength in (0, 1] and the words that led to it.",
            [("emotion", pa.string()), ("strength", pa.float64()), ("evidence", pa.list_(pa.string()))],
            sources=_TEXT,
        ),
        "urgency": columns.category("How soon someone should act.", URGENCIES, sources=_TEXT),
        "urgency_evidence": columns.texts("The words that led to the urgency.", sources=_TEXT),
        "engine": columns.text(
            "Who made the label; `none` where every engine broke on the text: neutral, sure of nothing and not counted."
        ),
        "model": columns.text("The engine's model or version."),
        "prompt_version": columns.text("The prompt's version, for engines that have one.", nullable=True),
        "is_fallback": columns.boolean("Whether an engine earlier in the chain could not answer."),
        "fallback_reason": columns.text("Why it could not.", nullable=True),
    },
)
