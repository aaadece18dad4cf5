"""`themes`: each theme of the taxonomy over all batches."""

import pandera.pandas as pr

from fiber_pipeline.tables import columns
from fiber_pipeline.tables.table import Table
from fiber_pipeline.tables.vocabulary import TRENDS

_THEME = ["comment_themes.theme"]
_NPS = ["comment_themes.theme", "comments.nps"]
_TREND = ["comment_themes.theme", "comments.commented_at"]

THEMES = Table(
    name="themes",
    row="a theme over all batches",
    key=("theme",),
    partitioned=False,
    columns={
        "theme": columns.text("The theme's slug.", sources=_THEME),
        "label_es": columns.text("Its name in Spanish."),
        "label_en": columns.text("Its name in English."),
        "category": columns.text("Its category.", sources=["comment_themes.category"]),
        "mentions": columns.integer("Comments that speak of it, duplicates once.", pr.Check.ge(0), sources=_THEME),
        "share": columns.real("Mentions among informative comments.", low=0, high=1, nullable=True, sources=_THEME),
        "negative_share": columns.real(
            "Mentions whose sentiment towards the theme is negative.",
            low=0,
            high=1,
            nullable=True,
            sources=["comment_themes.sentiment"],
        ),
        "nps": columns.real(
            "NPS of responses that speak of it, each once.", low=-100, high=100, nullable=True, sources=_NPS
        ),
        "nps_sample": columns.integer("Responses behind that NPS.", pr.Check.ge(0), sources=_NPS),
        "nps_impact": columns.real(
            "NPS of responses with the theme less NPS of those without.",
            low=-200,
            high=200,
            nullable=True,
            sources=_NPS,
        ),
        "nps_impact_low": columns.real("Lower end of its 95 % interval.", nullable=True, sources=_NPS),
        "nps_impact_high": columns.real("Upper end of its 95 % interval.", nullable=True, sources=_NPS),
        "priority": columns.real(
            "Frequency × negativity × impact, from 0 to 100 for the most pressing theme.",
            low=0,
            high=100,
            nullable=True,
            sources=[*_NPS, "comment_themes.sentiment"],
        ),
        "trend": columns.category("Where its share is going, month by month.", TRENDS, sources=_TREND),
        "trend_p_value": columns.real("The trend test's p-value.", low=0, high=1, nullable=True, sources=_TREND),
        "is_spike": columns.boolean("Whether the latest month stands out from the usual level.", sources=_TREND),
        "is_small_sample": columns.boolean("Whether there are too few mentions to conclude from.", sources=_THEME),
        "examples": columns.texts(
            "Comment ids that show it well.", sources=["comment_themes.comment_id"], coded="comment"
        ),
    },
)
