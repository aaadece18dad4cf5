"""The themes as outputs show them: their figures, their names and how they are spoken of."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from fiber_pipeline.outputs.reading import Row, rows
from fiber_pipeline.tables.vocabulary import SENTIMENTS

# As in `insights`: fewer comments than this are marked as a small sample.
SMALL_SAMPLE = 30


@dataclass(frozen=True)
class ThemeFigures:
    """Themes, most pressing first, each with a `rank` from 1.

    rows: the columns of `themes`, and `mentions_<sentiment>` for each sentiment towards the theme.
    labels: the Spanish name of each theme.
    is_whole: whether they span the whole history; within one source, impact, priority and trend are null.
    """

    rows: Sequence[Row]
    labels: dict[str, str]
    is_whole: bool


def read_themes(connection: duckdb.DuckDBPyConnection, source: str | None = None) -> ThemeFigures:
    """Read the themes of the whole history, or of the batches under the folder `source`."""
    found = (
        rows(connection, "themes")
        if source is None
        else rows(connection, "source_themes", source=source, small_sample=SMALL_SAMPLE)
    )
    spoken: dict[tuple[str, str], int] = {
        (row["theme"], row["sentiment"]): row["mentions"] for row in rows(connection, "theme_sentiments", source=source)
    }
    ranked = [
        row
        | {"rank": rank}
        | {f"mentions_{sentiment}": spoken.get((row["theme"], sentiment), 0) for sentiment in SENTIMENTS}
        for rank, row in enumerate(found, start=1)
    ]
    return ThemeFigures(ranked, {row["theme"]: row["label"] for row in ranked}, source is None)
