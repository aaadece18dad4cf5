"""Fills `comment_themes`: the themes each comment speaks of."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from fiber_pipeline.annotation.corrections import overlay_themes
from fiber_pipeline.annotation.engines import ITEM, Progress, collect, distinct_texts, note_unanswered
from fiber_pipeline.annotation.themes.protocol import ThemeEngine
from fiber_pipeline.tables import COMMENT_THEMES

_KEYS = ("batch", "comment_id")
# Of a text on which every engine broke; no row of the table is made of it.
_BLANK: Mapping[str, object] = {"theme": None}


def find_themes(
    comments: pd.DataFrame,
    engines: Sequence[ThemeEngine],
    progress: Progress | None = None,
    corrections: pd.DataFrame | None = None,
    categories: Mapping[str, str] = MappingProxyType({}),
) -> pd.DataFrame:
    """Return a `comment_themes` row for every theme of every row of `comments`.

    comments: columns batch, comment_id, text, text_key, text_es, language.
    corrections: what people said of texts (see `annotation.corrections`); it stands in place of what engines found.
    categories: of each theme of the taxonomy, for themes that people added.
    """
    found = _find(comments, engines, progress)
    return found if corrections is None else overlay_themes(found, comments, corrections, categories)


def _find(comments: pd.DataFrame, engines: Sequence[ThemeEngine], progress: Progress | None) -> pd.DataFrame:
    distinct = distinct_texts(comments, ["text", "text_es", "language"])
    answers = collect(COMMENT_THEMES, engines, distinct.request, progress, blank=_BLANK)
    if answers.num_rows == 0:
        return COMMENT_THEMES.empty()

    # Answers are ordered by text: each text's rows lie between two of these bounds.
    items = answers[ITEM].to_numpy()
    starts = np.searchsorted(items, distinct.item_of, side="left")
    counts = np.searchsorted(items, distinct.item_of, side="right") - starts
    comment_rows = np.repeat(np.arange(len(comments)), counts)
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    answer_rows = pa.array(np.repeat(starts, counts) + within)

    told = answers.take(answer_rows)
    is_theme = pc.is_valid(told["theme"])
    columns: dict[str, object] = {name: comments[name].take(comment_rows[is_theme]) for name in _KEYS}
    for name in COMMENT_THEMES.columns:
        if name not in _KEYS:
            columns[name] = told[name].filter(is_theme)
    return note_unanswered(COMMENT_THEMES.frame(columns), told)
