"""The executive summary as report and workbook show it: the same words, and who wrote them."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from fiber_pipeline.insight import read_summary as read_statements
from fiber_pipeline.outputs import spanish, wording


@dataclass(frozen=True)
class Sentence:
    """A sentence as people read it, and the ids of the comments it rests on."""

    text: str
    evidence: Sequence[str]


@dataclass(frozen=True)
class Summary:
    """The sentences in order, and a note of who wrote them; both empty before there is a summary."""

    sentences: Sequence[Sentence]
    note: str


def read_summary(connection: duckdb.DuckDBPyConnection, source: str | None) -> Summary:
    """Read the summary of `executive_summary`. connection: narrowed to `source` already (`insight.one_source`)."""
    summary = read_statements(connection)
    sentences = [Sentence(spanish.typeset(statement.text), statement.evidence) for statement in summary.statements]
    author = {"engine": summary.engine, "model": summary.model, "fallback_reason": summary.fallback_reason}
    notes = (wording.authors([author] * len(sentences), source), _left_out(len(summary.dropped)))
    return Summary(sentences, " ".join(filter(None, notes)))


def _left_out(count: int) -> str:
    if not count:
        return ""
    told = spanish.count(count, "frase quedó", "frases quedaron")
    return f"{told} fuera porque las cifras se midieron de nuevo después de escribirlas."
