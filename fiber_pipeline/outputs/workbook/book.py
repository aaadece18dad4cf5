"""The Excel workbook: a summary to read, sheets to sort and filter, charts that Excel itself draws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from fiber_pipeline.insight import incomplete_batches, one_source
from fiber_pipeline.outputs import labels, spanish, wording
from fiber_pipeline.outputs.calls import read_calls
from fiber_pipeline.outputs.executive_summary import read_summary
from fiber_pipeline.outputs.figures import read_figures
from fiber_pipeline.outputs.files import whole_file
from fiber_pipeline.outputs.forecasts import read_forecasts
from fiber_pipeline.outputs.questions import QuestionFigures, read_questions
from fiber_pipeline.outputs.reading import Row, rows, stream
from fiber_pipeline.outputs.themes import read_themes
from fiber_pipeline.outputs.workbook.calls import add_calls
from fiber_pipeline.outputs.workbook.detail import add_detail
from fiber_pipeline.outputs.workbook.emergent import add_emergent
from fiber_pipeline.outputs.workbook.guide import add_guide
from fiber_pipeline.outputs.workbook.priorities import add_priorities
from fiber_pipeline.outputs.workbook.provenance import add_provenance
from fiber_pipeline.outputs.workbook.questions import add_questions
from fiber_pipeline.outputs.workbook.spreadsheet import Formats, new_workbook
from fiber_pipeline.outputs.workbook.summary import TITLE, add_summary
from fiber_pipeline.outputs.workbook.themes import add_themes
from fiber_pipeline.outputs.workbook.trends import add_trends, month_table

# A sheet of this length still opens, sorts and filters at once on an office computer; Excel's own limit is 1,048,576.
MOST_DETAIL_ROWS = 100_000
MOST_CALL_ROWS = 2_000


@dataclass(frozen=True)
class WorkbookSummary:
    """What was written: the comments counted, how many stand in the detail sheet, and the sheets in order."""

    path: Path
    comments: int
    detail_rows: int
    sheets: Sequence[str]


def write_workbook(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    *,
    source: str | None = None,
    most_detail_rows: int = MOST_DETAIL_ROWS,
    written_at: datetime | None = None,
) -> WorkbookSummary:
    """Write the workbook to `path`, whole or not at all.

    Texts are the redacted `comments.text`. No cell can run as a formula, whatever a comment says.

    source: limits everything to the batches under that folder; figures, forecasts and advice are then of those alone.
    most_detail_rows: above this, the detail keeps the latest comments and says where the others are.
    written_at: the moment to state in the workbook; now by default.

    Raises OSError if the file cannot be written.
    """
    moment = written_at or datetime.now(UTC)
    with (
        one_source(connection, source),
        whole_file(path) as temporary,
        new_workbook(temporary, constant_memory=True) as workbook,
    ):
        workbook.set_properties(
            {
                "title": TITLE,
                "subject": "Comentarios de clientes de internet por fibra",
                "category": "Experiencia del cliente",
                "created": moment.replace(tzinfo=None),
                "comments": "Textos con los datos personales reemplazados.",
            }
        )
        comments, detail_rows = _write_sheets(workbook, Formats(workbook), connection, source, most_detail_rows, moment)
        sheets = [sheet.get_name() for sheet in workbook.worksheets()]
    return WorkbookSummary(path, comments, detail_rows, sheets)


def _write_sheets(
    workbook: Any,
    formats: Formats,
    connection: duckdb.DuckDBPyConnection,
    source: str | None,
    most_detail_rows: int,
    moment: datetime,
) -> tuple[int, int]:
    """Write every sheet; return how many comments count and how many stand in the detail."""
    figures, themes, batches = read_figures(connection), read_themes(connection), rows(connection, "batches")
    comments = sum(int(batch["counted"]) for batch in batches)
    forecasts = read_forecasts(connection, themes.labels)
    emergent = [] if source is not None else rows(connection, "emergent_themes")
    wanted = sorted({comment_id for row in [*themes.rows, *emergent] for comment_id in row["examples"] or ()})
    texts = {row["comment_id"]: row["text"] for row in rows(connection, "texts", wanted=wanted)}
    urgent = rows(connection, "urgency_counts")[0]["high"]
    incomplete = wording.incomplete_months(figures)
    recommendations, questions = rows(connection, "recommendations"), read_questions(connection)

    add_summary(
        workbook,
        formats,
        figures,
        read_summary(connection, source),
        recommendations,
        note=f"{wording.coverage(batches, source, incomplete_batches(connection))} "
        f"Preparado el {spanish.day_and_time(moment)} (hora de Asunción).",
        advice_note=wording.authors(recommendations, source),
        months=month_table(figures, incomplete) if len(figures.months) > 1 else None,
    )
    add_themes(workbook, formats, themes, texts)
    add_questions(workbook, formats, questions)
    add_trends(workbook, formats, figures, incomplete, forecasts)
    add_priorities(workbook, formats, themes)
    calls = [_named(row, themes.labels, questions) for row in read_calls(connection, MOST_CALL_ROWS + 1)]
    add_calls(workbook, formats, calls, urgent, MOST_CALL_ROWS, has_questions=bool(questions.rows))
    add_emergent(workbook, formats, emergent, texts, is_limited=source is not None)
    detail = (_named(row, themes.labels, questions) for row in stream(connection, "detail", most=most_detail_rows))
    add_detail(workbook, formats, detail, comments, most_detail_rows, has_questions=bool(questions.rows))
    add_provenance(workbook, formats, batches, rows(connection, "engines"))
    add_guide(workbook, formats)
    return comments, min(comments, most_detail_rows)


def _named(row: Row, names: Mapping[str, str], questions: QuestionFigures) -> Row:
    """The row with Asunción time and Spanish names in place of codes."""
    row["commented_at"] = spanish.local(row["commented_at"])
    row["question"] = questions.name(row["question"]) if row["text"] else ""
    row["themes"] = ", ".join(names.get(theme, theme) for theme in row["themes"] or ())
    row["sentiment"] = labels.label(labels.SENTIMENTS, row["sentiment"])
    row["urgency"] = labels.label(labels.URGENCIES, row["urgency"])
    if "language" in row:
        row["language"] = labels.label(labels.LANGUAGES, row["language"])
        row["nps_group"] = labels.label(labels.NPS_GROUPS, row["nps_group"])
        row["emotions"] = ", ".join(labels.label(labels.EMOTIONS, emotion) for emotion in row["emotions"] or ())
        row["is_informative"] = "Sí" if row["is_informative"] else "No"
        row["is_main"] = "Sí" if row["is_main"] else "No"
    return row
