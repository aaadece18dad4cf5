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
