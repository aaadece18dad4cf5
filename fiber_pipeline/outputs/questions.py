"""The open questions that comments answer, as outputs show them where there are several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from fiber_pipeline.insight import NO_MEMBER
from fiber_pipeline.outputs.reading import Row, rows

NOTE = (
    "Cada pregunta respondida es un comentario. El NPS, la calificación, el volumen y el riesgo de baja se cuentan una "
    "vez por respuesta, aunque tenga varios comentarios."
)
NO_QUESTION = "(sin pregunta)"
_LONGEST = 120


@dataclass(frozen=True)
class QuestionFigures:
    """Questions, most answered first; none where all comments answer the same.

    rows: question (as people read it), responses, informative_share, positive_share, negative_share, nps, nps_sample.
    keys: a short name for each question as `comments` has it.
    """

    rows: Sequence[Row]
    keys: Mapping[str | None, str]

    def name(self, question: str | None) -> str:
        """What a comment's question is called; empty where there is only one."""
        return label(question) if self.rows else ""


def read_questions(connection: duckdb.DuckDBPyConnection) -> QuestionFigures:
    """Read the figures of each question."""
    found = rows(connection, "questions")
    keys: dict[str | None, str] = {
        None if row["question"] == NO_MEMBER else row["question"]: f"p{place}"
        for place, row in enumerate(found, start=1)
    }
    told = [row | {"question": label(question)} for row, question in zip(found, keys, strict=True)]
    return QuestionFigures(told, keys)


def label(question: str | None) -> str:
    """A question as people read it, cut where it would take over the page."""
    if question is None:
        return NO_QUESTION
    return question if len(question) <= _LONGEST else f"{question[:_LONGEST].rstrip()}…"
