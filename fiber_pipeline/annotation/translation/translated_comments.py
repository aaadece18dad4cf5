"""Fills `translated_comments`: what language a comment is in, and its text in Spanish."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from fiber_pipeline.annotation.corrections import overlay_language
from fiber_pipeline.annotation.engines import ITEM, NONE, Progress, collect, distinct_texts, note_unanswered
from fiber_pipeline.annotation.language.protocol import LanguageEngine
from fiber_pipeline.annotation.translation.protocol import TranslationEngine
from fiber_pipeline.tables import TRANSLATED_COMMENTS

UNTRANSLATED = NONE
# Of a text on which every engine broke; it then stands as it was written.
_UNTOLD = {"language": "und", "language_confidence": 0.0, "language_spans": []}
_BLANK = {"text_es": None, "text_en": None, "is_gloss": False, "prompt_version": None}


def translate_comments(
    comments: pd.DataFrame,
    detector: LanguageEngine,
    translators: Sequence[TranslationEngine],
    progress: Progress | None = None,
    corrections: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return a `translated_comments` row for each row of `comments`.

    comments: columns batch, comment_id, text, text_key. corrections: see `tell_languages`; a corrected text is
    translated from the language it is said to be in. The first of the translators decides which languages are
    translated.
    """
    distinct = distinct_texts(comments, ["text", "text_key"])
    detected = tell_languages(distinct.request, detector, progress, corrections)
    texts = pa.chunked_array([pa.array(distinct.request["text"].array)])
    foreign = np.flatnonzero(pc.is_in(detected["language"], pa.array(sorted(translators[0].translates))).to_numpy())
    answers = _translate(texts, detected, foreign, translators)

    rows = pa.array(distinct.item_of)
    columns: dict[str, Any] = {"batch": comments["batch"], "comment_id": comments["comment_id"]}
    for name in ("language", "language_confidence", "language_spans"):
        columns[name] = detected[name].take(rows)
    for name in ("engine", "model"):
        columns[f"language_{name}"] = detected[name].take(rows)
    for name, values in answers.items():
        columns[name] = values.take(rows)
    # Where nobody told the language, nobody was asked to translate either: the row says why.
    untold = pc.equal(columns["language_engine"], NONE)
    columns["is_fallback"] = pc.or_(columns["is_fallback"], untold)
    columns["fallback_reason"] = pc.if_else(untold, detected["fallback_reason"].take(rows), columns["fallback_reason"])
    unmade = pc.and_(pc.equal(columns["translation_engine"], UNTRANSLATED), pc.is_valid(columns["fallback_reason"]))
    told = pa.table({name: columns[name] for name in ("translation_engine", "fallback_reason")}).filter(unmade)
    return note_unanswered(TRANSLATED_COMMENTS.frame(columns), told.rename_columns(["engine", "fallback_reason"]))


def tell_languages(
    texts: pd.DataFrame,
    detector: LanguageEngine,
    progress: Progress | None = None,
    corrections: pd.DataFrame | None = None,
) -> pa.Table:
    """Return the language of each row of `texts` (distinct; columns text, text_key): as detected, or as people said.

    corrections: what people said of texts (see `annotation.corrections`); it stands in place of what was
        detected.
    """
    detected = collect(TRANSLATED_COMMENTS, [detector], texts[["text"]], progress, blank=_UNTOLD)
    return detected if corrections is None else overlay_language(detected, texts["text_key"], corrections)


def _translate(
    texts: pa.ChunkedArray, detected: pa.Table, foreign: np.ndarray, translators: Sequence[TranslationEngine]
) -> dict[str, pa.ChunkedArray]:
    """Per distinct text, the columns a translator fills; those of an untouched text where there was none to do."""
    count = len(texts)
    request = pd.DataFrame(
        {
            name: column.take(foreign).to_pandas(types_mapper=pd.ArrowDtype)
            for name, column in (
                ("text", texts),
                ("language", detected["language"]),
                ("language_spans", detected["language_spans"]),
            )
        }
    )
    made = collect(TRANSLATED_COMMENTS, translators, request, blank=_BLANK) if len(foreign) else None
    place = np.full(count, -1, dtype=np.int64)
    if made is not None:
        place[foreign[made[ITEM].to_numpy()]] = np.arange(made.num_rows)
    where = pa.array(place, mask=place < 0)
    untouched = {
        "text_es": texts,
        "text_en": pa.nulls(count, pa.string()),
        "is_gloss": pa.repeat(pa.scalar(False), count),
        "translation_engine": pa.repeat(pa.scalar(UNTRANSLATED), count),
        "translation_model": pa.nulls(count, pa.string()),
        "prompt_version": pa.nulls(count, pa.string()),
        "is_fallback": pa.repeat(pa.scalar(False), count),
        "fallback_reason": pa.nulls(count, pa.string()),
    }
    if made is None:
        return {
            name: pa.chunked_array([values]) if isinstance(values, pa.Array) else values
            for name, values in untouched.items()
        }
    names = {"translation_engine": "engine", "translation_model": "model"}
    is_made = pa.array(place >= 0)
    filled = {
        name: pc.if_else(is_made, made[names.get(name, name)].take(where), values) for name, values in untouched.items()
    }
    return filled | {"text_es": pc.coalesce(filled["text_es"], texts)}
