"""`comment_themes`: the themes each comment speaks of, with the words that show it."""

import pyarrow as pa

from fiber_pipeline.tables import columns
from fiber_pipeline.tables.table import Table
from fiber_pipeline.tables.vocabulary import SENTIMENTS

_TEXT = ["comments.text", "translated_comments.text_es"]

COMMENT_THEMES = Table(
    name="comment_themes",
    row="one theme in one comment",
    key=("comment_id", "theme"),
    columns={
        "batch": columns.text("The file's path relative to the inbox.", sources=["comments.batch"]),
        "comment_id": columns.text("The comment.", sources=["comments.comment_id"], coded="comment"),
        "theme": columns.text("The theme's slug in the taxonomy.", sources=_TEXT),
        "category": columns.text("The theme's category in the taxonomy.", sources=_TEXT),
        "relevance": columns.real("How central the theme is to the comment.", low=0, high=1, sources=_TEXT),
        "sentiment": columns.category("The sentiment towards this theme.", SENTIMENTS, sources=_TEXT),
        "score": columns.real("The same from -1 (worst) to 1 (best).", low=-1, high=1, sources=_TEXT),
        "evidence": columns.texts("The words that show the theme, as they stand in the text.", sources=_TEXT),
        "evidence_spans": columns.structs(
            "Where those words stand in `comments.text`: character offsets, end exclusive.",
            [("start", pa.int64()), ("end", pa.int64())],
            sources=["comments.text"],
        ),
        "engine": columns.text("Who found it."),
        "model": columns.text("The engine's model or version."),
        "prompt_version": columns.text("The prompt's version, for engines that have one.", nullable=True),
        "is_fallback": columns.boolean("Whether an engine earlier in the chain could not answer."),
        "fallback_reason": columns.text("Why it could not.", nullable=True),
    },
)
