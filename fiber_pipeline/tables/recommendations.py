"""`recommendations`: actions worth taking, each with what it rests on."""

import pandera.pandas as pr
import pyarrow as pa

from fiber_pipeline.tables import columns
from fiber_pipeline.tables.table import Table
from fiber_pipeline.tables.vocabulary import EFFORTS

_SOURCES = ["themes.priority", "themes.negative_share", "themes.nps_impact", "insights.value"]

RECOMMENDATIONS = Table(
    name="recommendations",
    row="an action worth taking",
    key=("rank",),
    partitioned=False,
    columns={
        "rank": columns.integer("1 is the most pressing.", pr.Check.ge(1), sources=["themes.priority"]),
        "title": columns.text("The action, in Spanish."),
        "why": columns.text("The reason, in Spanish, with the figures it rests on.", sources=_SOURCES),
        "theme": columns.text("The theme it concerns.", nullable=True, sources=["themes.theme"]),
        "impact": columns.real(
            "NPS points that would be won if the theme's comments scored like the rest.",
            nullable=True,
            sources=["themes.nps_impact", "themes.share"],
        ),
        "effort": columns.category("How hard it usually is.", EFFORTS),
        "evidence": columns.texts("Comment ids it rests on.", sources=["themes.examples"], coded="comment"),
        "figures": columns.structs(
            "Every figure cited in `why`, with the table and row it comes from.",
            [("name", pa.string()), ("value", pa.float64()), ("origin", pa.string())],
            sources=_SOURCES,
        ),
        "engine": columns.text("Who wrote it."),
        "model": columns.text("The engine's model or version.", nullable=True),
        "fallback_reason": columns.text(
            "Why it has the rules' words though a service is there to write it.", nullable=True
        ),
    },
)
