"""The closed sets of values that columns take, in the order reports show them."""

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
