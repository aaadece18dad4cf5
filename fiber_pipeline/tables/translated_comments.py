"""`translated_comments`: the language of each comment and the Spanish text later steps may read."""

import pyarrow as pa

from fiber_pipeline.tables import columns
from fiber_pipeline.tables.table import Table
from fiber_pipeline.tables.vocabulary import LANGUAGES

TRANSLATED_COMMENTS = Table(
    name="translated_comments",
    row="a comment's language and working text",
    key=("comment_id",),
    columns={
        "batch": columns.text("The file's path relative to the inbox.", sources=["comments.batch"]),
        "comment_id": columns.text("The comment.", sources=["comments.comment_id"], coded="comment"),
        "language": columns.category(
            "Spanish, Guaraní, mixed (Jopara), English, Portuguese, another, or und where nothing tells.",
            LANGUAGES,
            sources=["comments.text", "corrections.language"],
        ),
        "language_confidence": columns.real(
            "How sure it is; 1 where a person said it.", low=0, high=1, sources=["comments.text"]
        ),
        "language_spans": columns.structs(
            "The stretches of the text in each language: character offsets, end exclusive. Empty where a person gave "
            "another language than was detected.",
            [("start", pa.int64()), ("end", pa.int64()), ("language", pa.string())],
            sources=["comments.text"],
        ),
        "language_engine": columns.text(
            "Who told the language: the detector, `human`, or `none` where it broke on the text; null in rows from "
            "before this was kept.",
            nullable=True,
        ),
        "language_model": columns.text("The detector's version, or `review`."),
        "text_es": columns.text("The text in Spanish, as far as could be had.", sources=["comments.text"]),
        "text_en": columns.text("The text in English, where asked for.", nullable=True, sources=["comments.text"]),
        "is_gloss": columns.boolean("Whether `text_es` is a word-by-word gloss rather than a translation."),
        "translation_engine": columns.text(
            'Who made `text_es`: an engine\'s name, or "none" where it is the original; a fallback reason then says '
            "that every engine broke on it."
        ),
        "translation_model": columns.text("The engine's model or version.", nullable=True),
        "prompt_version": columns.text("The prompt's version, for engines that have one.", nullable=True),
        "is_fallback": columns.boolean("Whether an engine earlier in the chain could not answer."),
        "fallback_reason": columns.text("Why it could not.", nullable=True),
    },
)
