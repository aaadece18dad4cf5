"""The closed sets of values that columns take, in the order reports show them."""

from typing import NamedTuple

LANGUAGES = ("es", "gn", "mixed", "en", "pt", "other", "und")
SENTIMENTS = ("positive", "neutral", "negative", "mixed")
INTENSITIES = ("mild", "moderate", "strong")
URGENCIES = ("low", "medium", "high")
EMOTIONS = ("joy", "trust", "anticipation", "surprise", "anger", "fear", "sadness", "disgust", "frustration")
NPS_GROUPS = ("promoter", "passive", "detractor")
PERIOD_KINDS = ("all", "day", "week", "month")
TRENDS = ("rising", "falling", "stable", "unknown")
EFFORTS = ("low", "medium", "high")
# Why a text is put before a reviewer, in the order in which reasons are considered.
REVIEW_REASONS = ("disputed", "contradicts_score", "urgent", "low_confidence", "frequent", "emergent", "random")
REVIEW_VERDICTS = ("corrected", "confirmed", "withdrawn")


class Scale(NamedTuple):
    """A scale of ratings: its ends, and up to where customers say that they are unhappy and from where happy."""

    low: float
    high: float
    unhappy_to: float
    happy_from: float


# Dissatisfied are the two lowest of five boxes and satisfied the two highest, and likewise on the others.
RATING_SCALES = {
    "0-10": Scale(0, 10, 4, 8),
    "1-10": Scale(1, 10, 4, 8),
    "1-5": Scale(1, 5, 2, 4),
    "0-5": Scale(0, 5, 2, 4),
    "1-4": Scale(1, 4, 2, 3),
    "1-7": Scale(1, 7, 2, 6),
    "0-100": Scale(0, 100, 40, 80),
}
