"""`executive_summary`: what to know in a minute, each sentence with what it rests on."""

import pandera.pandas as pr
import pyarrow as pa

from fiber_pipeline.tables import columns
from fiber_pipeline.tables.table import Table

_FIGURES = ["insights.value", "themes.share", "themes.negative_share", "themes.nps_impact", "forecasts.value"]

EXECUTIVE_SUMMARY = Table(
    name="executive_summary",
    row="a sentence of the executive summary",
    key=("rank",),
    partitioned=False,
    columns={
        "rank": columns.integer("Its place; 1 is read first.", pr.Check.ge(1)),
        "text": columns.text(
            "The sentence, in Spanish; months stand in it as in the other tables, such as 2026-03.", sources=_FIGURES
        ),
        "figures": columns.structs(
            "Every figure it rests on, with the table and row it comes from.",
            [("name", pa.string()), ("value", pa.float64()), ("origin", pa.string())],
            sources=_FIGURES,
        ),
        "evidence": columns.texts("Comment ids it rests on.", sources=["themes.examples"], coded="comment"),
        "engine": columns.text("Who wrote it."),
        "model": columns.text("The engine's model or version."),
        "prompt_version": columns.text("The prompt's version, for engines that have one.", nullable=True),
        "is_fallback": columns.boolean("Whether it has the rules' words though a service is there to write it."),
        "fallback_reason": columns.text("Why it has.", nullable=True),
    },
)
