"""`emergent_themes`: what customers speak of that the taxonomy lacks."""

import pandera.pandas as pr

from fiber_pipeline.tables import columns
from fiber_pipeline.tables.table import Table

_SOURCES = ["comments.text", "comment_themes.theme"]

EMERGENT_THEMES = Table(
    name="emergent_themes",
    row="a discovered theme the taxonomy lacks",
    key=("cluster",),
    partitioned=False,
    columns={
        "cluster": columns.text("A name that stays the same between runs.", sources=_SOURCES),
        "label": columns.text("What a person would call it, in the comments' words.", sources=_SOURCES),
        "keywords": columns.texts("Its most telling words and phrases, strongest first.", sources=_SOURCES),
        "mentions": columns.integer("Comments in it, duplicates once.", pr.Check.ge(1), sources=_SOURCES),
        "first_seen": columns.timestamp(
            "When its first comment was made.", nullable=True, sources=["comments.commented_at"]
        ),
        "examples": columns.texts("Comment ids that show it well.", sources=["comments.comment_id"], coded="comment"),
    },
)
