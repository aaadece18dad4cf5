"""What NPS and rating say about a label: they raise or lower its confidence, and never change it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from fiber_pipeline.tables.vocabulary import RATING_SCALES

# From the share of a scale on which customers say they are unhappy to that on which they say they are happy:
# detractors 0-6 and promoters 9-10 of NPS (Reichheld 2003), and what each scale of ratings counts as either.
_UNHAPPY_TO = {"nps": 6.0} | {name: scale.unhappy_to for name, scale in RATING_SCALES.items()}
_HAPPY_FROM = {"nps": 9.0} | {name: scale.happy_from for name, scale in RATING_SCALES.items()}
# A label against the score is a contradiction only at the ends: people do complain at 6 and praise at 7.
_AGAINST_PRAISE_TO = {
    "nps": 4.0,
    "0-10": 3.0,
    "1-10": 3.0,
    "1-5": 2.0,
    "0-5": 2.0,
    "1-4": 1.0,
    "1-7": 2.0,
    "0-100": 30.0,
}
_AGAINST_BLAME_FROM = {
    "nps": 9.0,
    "0-10": 9.0,
    "1-10": 9.0,
    "1-5": 4.0,
    "0-5": 4.0,
    "1-4": 4.0,
    "1-7": 6.0,
    "0-100": 90.0,
}
# How strongly the text must lean before it can contradict a score.
_LEANS = 0.2
_AGREEMENT = 0.25  # of what is missing to certainty
_CONTRADICTION = 0.6

Column = Any


def check_against_scores(
    sentiment: Column, score: Column, confidence: Column, nps: Column, rating: Column, rating_scale: Column
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Return confidence in [0, 1] after a look at the scores, and whether a score contradicts the label.

    Whole columns of one length (pandas, Arrow or numpy): `sentiment` labels and their `score` in [-1, 1],
    `confidence`, `nps` 0-10, `rating` on its `rating_scale`; the last three may be null. NPS counts
    where there is one, else the rating. Agreement closes a quarter of the gap to certainty; contradiction leaves 60 %.
    """
    labels = pd.Series(sentiment, dtype=object).to_numpy()
    leaning = _floats(score)
    sure = _floats(confidence)
    unhappy, happy = _sides(nps, rating, rating_scale, _UNHAPPY_TO, _HAPPY_FROM)
    against_praise, against_blame = _sides(nps, rating, rating_scale, _AGAINST_PRAISE_TO, _AGAINST_BLAME_FROM)
    praises, blames = labels == "positive", labels == "negative"
    agrees = (praises & happy) | (blames & unhappy)
    contradicts = (praises & against_praise & (leaning >= _LEANS)) | (blames & against_blame & (leaning <= -_LEANS))
    checked = np.where(agrees, sure + (1 - sure) * _AGREEMENT, np.where(contradicts, sure * _CONTRADICTION, sure))
    return np.clip(checked, 0.0, 1.0), contradicts


def score_signs(nps: Column, rating: Column, rating_scale: Column) -> npt.NDArray[np.int64]:
    """What scores alone say: 1 of who is happy, -1 of who is unhappy, else 0. Columns as in `check_against_scores`."""
    unhappy, happy = _sides(nps, rating, rating_scale, _UNHAPPY_TO, _HAPPY_FROM)
    return happy.astype(np.int64) - unhappy.astype(np.int64)


def _sides(
    nps: Column, rating: Column, rating_scale: Column, low_to: Mapping[str, float], high_from: Mapping[str, float]
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Whether each score is at the low and at the high end of its scale."""
    scores, scales = _floats(nps), pd.Series(rating_scale, dtype=object).fillna("").to_numpy()
    ratings, asked = _floats(rating), ~np.isnan(scores)
    low, high = np.zeros(len(scores), bool), np.zeros(len(scores), bool)
    for scale, values, rows in (
        ("nps", scores, asked),
        *((scale, ratings, ~asked & (scales == scale)) for scale in RATING_SCALES if (scales == scale).any()),
    ):
        with np.errstate(invalid="ignore"):
            low |= rows & (values <= low_to[scale])
            high |= rows & (values >= high_from[scale])
    return low, high


def _floats(column: Column) -> npt.NDArray[np.float64]:
    numbers = pd.to_numeric(pd.Series(column), errors="coerce").astype("Float64")
    return np.array(numbers.to_numpy(dtype="float64", na_value=np.nan), dtype=np.float64)
