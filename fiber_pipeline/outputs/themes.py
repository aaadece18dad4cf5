"""The themes as outputs show them: their figures, their names and how they are spoken of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from fiber_pipeline.outputs.reading import Row, rows
from fiber_pipeline.tables.vocabulary import SENTIMENTS


@dataclass(frozen=True)
class ThemeFigures:
    """Themes, most pressing first, each with a `rank` from 1.

    rows: the columns of `themes`, and `mentions_<sentiment>` for each sentiment towards the theme.
    labels: the Spanish name of each theme.
    """

    rows: Sequence[Row]
    labels: Mapping[str, str]


def read_themes(connection: duckdb.DuckDBPyConnection) -> ThemeFigures:
    """Read the themes that anyone mentions."""
    spoken: dict[tuple[str, str], int] = {
        (row["theme"], row["sentiment"]): row["mentions"] for row in rows(connection, "theme_sentiments")
    }
    ranked = [
        row
        | {"rank": rank}
        | {f"mentions_{sentiment}": spoken.get((row["theme"], sentiment), 0) for sentiment in SENTIMENTS}
        for rank, row in enumerate(rows(connection, "themes"), start=1)
    ]
    return ThemeFigures(ranked, {row["theme"]: row["label"] for row in ranked})
