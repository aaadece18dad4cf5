"""Fills `executive_summary`, and reads it again for whoever shows it."""

import duckdb
import pandas as pd

from fiber_pipeline.insight.citations import Figure, Statement, keep_verified
from fiber_pipeline.insight.summary import ExecutiveSummary
from fiber_pipeline.tables import EXECUTIVE_SUMMARY

_SENTENCES = """
SELECT text, figures, evidence, engine, model, prompt_version, fallback_reason FROM executive_summary ORDER BY rank
"""


def summary_frame(summary: ExecutiveSummary) -> pd.DataFrame:
    """Return the EXECUTIVE_SUMMARY frame: a row for each statement, in order."""
    statements = summary.statements
    return EXECUTIVE_SUMMARY.validate(
        EXECUTIVE_SUMMARY.frame(
            {
                "rank": list(range(1, len(statements) + 1)),
                "text": [statement.text for statement in statements],
                "figures": [
                    [{"name": it.name, "value": it.value, "origin": it.origin} for it in statement.figures]
                    for statement in statements
                ],
                "evidence": [list(statement.evidence) for statement in statements],
                "engine": summary.engine,
                "model": summary.model,
                "prompt_version": summary.prompt_version,
                "is_fallback": summary.fallback_reason is not None,
                "fallback_reason": summary.fallback_reason,
            }
        )
    )


def read_summary(connection: duckdb.DuckDBPyConnection) -> ExecutiveSummary:
    """Return the summary that `executive_summary` holds; without statements before it was ever written.

    Figures may have been measured anew since. So the statements are checked once more, and those that the tables no
    longer bear out are `dropped`.
    """
    rows = connection.execute(_SENTENCES).fetchall()
    if not rows:
        return ExecutiveSummary((), ())
    kept, dropped = keep_verified(
        connection,
        [
            Statement(text, tuple(Figure(**it) for it in figures), tuple(evidence))
            for text, figures, evidence, *_ in rows
        ],
    )
    return ExecutiveSummary(kept, dropped, *rows[0][3:])
