"""Corrections laid over engines' answers: where a person has spoken of a text, their labels stand.

Used by the steps that fill the tables of comments, on whole batches: a batch without a reviewed text costs one
look-up. Rows say that a person made them (`engine` is human), not who: names stay in `corrections`.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from fiber_pipeline.tables import COMMENT_THEMES

HUMAN = "human"
MODEL = "review"
# The columns of `corrections` that decide.
DECIDING_COLUMNS = ("text_key", "sentiment", "urgency", "language", "themes", "is_in_force")
# A person gives a label, not how strongly it is meant; where the engine's own score does not fit, a usual one stands.
_SCORES = {"positive": 0.6, "negative": -0.6, "neutral": 0.0, "mixed": 0.0}
_INTENSITIES = {"positive": "moderate", "negative": "moderate", "neutral": "mild", "mixed": "moderate"}
_OPPOSITE = {"positive": "negative", "negative": "positive"}
_BY_REVIEW = {
    "engine": HUMAN,
    "model": MODEL,
    "prompt_version": None,
    "is_fallback": False,
    "fallback_reason": None,
}


def overlay_language(detected: pa.Table, text_keys: pd.Series, corrections: pd.DataFrame) -> pa.Table:
    """Return the detected languages with those that people gave in their place.

    detected: a row per text with the columns that `engines.collect` returns of a detector. text_keys: the texts' own.
    corrections: columns `DECIDING_COLUMNS`. Spans are kept where the detector was right: a person gives no stretches.
    """
    rows, said = _reviewed(text_keys, corrections)
    replaced = []
    for answer, word in zip(detected.take(pa.array(rows)).to_pylist(), said, strict=True):
        if answer["language"] != word["language"]:
            answer |= {"language": word["language"], "language_spans": []}
        replaced.append(answer | _BY_REVIEW | {"language_confidence": 1.0})
    return _in_place(detected, rows, replaced)


def overlay_sentiment(
    answers: pa.Table, text_keys: pd.Series, corrections: pd.DataFrame
) -> tuple[pa.Table, npt.NDArray[np.bool_]]:
    """Return the answers with reviewed labels in place of the engines', and which rows those are.

    answers: a row per comment with the columns engines fill in `sentiment_scores`. text_keys: the comments' own.
    corrections: columns `DECIDING_COLUMNS`. An engine's score, words and emotions are kept where its label was right.
    """
    rows, said = _reviewed(text_keys, corrections)
    is_reviewed = np.zeros(len(answers), dtype=bool)
    is_reviewed[rows] = True
    replaced = []
    for answer, word in zip(answers.take(pa.array(rows)).to_pylist(), said, strict=True):
        sentiment, urgency = word["sentiment"], word["urgency"]
        if answer["sentiment"] != sentiment:
            answer |= {
                "sentiment": sentiment,
                "score": _SCORES[sentiment],
                "intensity": _INTENSITIES[sentiment],
                "evidence": [],
                "emotions": [],
            }
        if answer["urgency"] != urgency:
            answer |= {"urgency": urgency, "urgency_evidence": []}
        replaced.append(answer | _BY_REVIEW | {"confidence": 1.0})
    return _in_place(answers, rows, replaced), is_reviewed


def overlay_themes(
    found: pd.DataFrame, comments: pd.DataFrame, corrections: pd.DataFrame, categories: Mapping[str, str]
) -> pd.DataFrame:
    """Return `comment_themes` rows in which reviewed comments have exactly the themes people named.

    found: the engines' rows, in the order of `comments` (columns batch, comment_id, text_key). categories: of each
    theme of the taxonomy; a theme that is no longer in it is left out. A theme that the engine had found keeps its
    words and, unless the person's sentiment is its opposite, its sentiment; any other takes the person's.
    """
    rows, said = _reviewed(comments["text_key"], corrections)
    if not len(rows):
        return found
    order = {comment_id: place for place, comment_id in enumerate(comments["comment_id"].tolist())}
    batches, ids = comments["batch"].tolist(), comments["comment_id"].tolist()
    reviewed = {ids[row]: (batches[row], word) for row, word in zip(rows.tolist(), said, strict=True)}
    of_engine = found["comment_id"].isin(list(reviewed)).to_numpy(dtype=bool)
    known = {(row["comment_id"], row["theme"]): row for row in found[of_engine].to_dict("records")}
    made = []
    for comment_id, (batch, word) in reviewed.items():
        for theme in word["themes"]:
            if theme not in categories:
                continue
            row = {str(name): value for name, value in known.get((comment_id, theme), {}).items()}
            if not row or row["sentiment"] == _OPPOSITE.get(word["sentiment"]):
                row |= {"sentiment": word["sentiment"], "score": _SCORES[word["sentiment"]]}
            nowhere = {"relevance": 1.0, "evidence": [], "evidence_spans": []}
            who = {"batch": batch, "comment_id": comment_id, "theme": theme, "category": categories[theme]}
            made.append(nowhere | row | who | _BY_REVIEW)
    new = COMMENT_THEMES.frame({name: [row[name] for row in made] for name in COMMENT_THEMES.columns})
    joined = pd.concat([found[~of_engine], new], ignore_index=True)
    places = joined["comment_id"].map(order).to_numpy(dtype=np.int64)
    return joined.iloc[np.argsort(places, kind="stable")].reset_index(drop=True)


def _in_place(answers: pa.Table, rows: npt.NDArray[np.int64], replaced: list[dict[str, Any]]) -> pa.Table:
    """The answers with `replaced` in these rows."""
    if not replaced:
        return answers
    places = np.arange(len(answers))
    places[rows] = len(answers) + np.arange(len(rows))
    joined = pa.concat_tables([answers, pa.Table.from_pylist(replaced, schema=answers.schema)])
    return joined.take(pa.array(places))


def _reviewed(text_keys: pd.Series, corrections: pd.DataFrame) -> tuple[npt.NDArray[np.int64], list[dict[str, Any]]]:
    """The rows whose text somebody reviewed, and the word in force on each."""
    in_force = corrections[corrections["is_in_force"].to_numpy(dtype=bool)]
    if in_force.empty:
        return np.empty(0, dtype=np.int64), []
    places = pc.index_in(pa.array(text_keys.array), value_set=pa.array(in_force["text_key"].array))
    if isinstance(places, pa.ChunkedArray):
        places = places.combine_chunks()
    found = places.fill_null(-1).to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(found >= 0)
    words = [{str(name): value for name, value in word.items()} for word in in_force.to_dict("records")]
    return rows, [words[place] for place in found[rows]]
