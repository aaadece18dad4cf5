"""The Excel workbook: a summary to read, sheets to sort and filter, charts that Excel itself draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from fiber_pipeline.insight import summarise
from fiber_pipeline.outputs import labels, report_text, spanish, workbook_sheets
from fiber_pipeline.outputs.calls import read_calls
from fiber_pipeline.outputs.figures import Figures, read_figures
from fiber_pipeline.outputs.files import whole_file
from fiber_pipeline.outputs.reading import Row, rows, stream
from fiber_pipeline.outputs.spreadsheet import Formats
from fiber_pipeline.outputs.themes import ThemeFigures, read_themes

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

    source: limits everything to the batches under that folder; figures that need the whole history are then left out.
    most_detail_rows: above this, the detail keeps the latest comments and says where the others are.
    written_at: the moment to state in the workbook; now by default.

    Raises OSError if the file cannot be written.
    """
    import xlsxwriter

    moment = written_at or datetime.now(UTC)
    figures = read_figures(connection, source)
    themes = read_themes(connection, source)
    batches = rows(connection, "batches", source=source)
    comments = sum(batch["counted"] for batch in batches)
    with whole_file(path) as temporary:
        workbook = xlsxwriter.Workbook(
            str(temporary),
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        with workbook:
            workbook.set_properties(
                {
                    "title": "Voz del cliente: resumen de comentarios",
                    "subject": "Comentarios de clientes de internet por fibra",
                    "category": "Experiencia del cliente",
                    "created": moment.replace(tzinfo=None),
                    "comments": "Textos con los datos personales reemplazados.",
                }
            )
            formats = Formats(workbook)
            detail_rows = _write_sheets(
                workbook, formats, connection, source, figures, themes, batches, most_detail_rows, moment
            )
            sheets = [sheet.get_name() for sheet in workbook.worksheets()]
    return WorkbookSummary(path, comments, detail_rows, sheets)


def _write_sheets(
    workbook: Any,
    formats: Formats,
    connection: duckdb.DuckDBPyConnection,
    source: str | None,
    figures: Figures,
    themes: ThemeFigures,
    batches: Sequence[Row],
    most_detail_rows: int,
    moment: datetime,
) -> int:
    comments = sum(int(batch["counted"]) for batch in batches)
    dates = [batch[name] for batch in batches for name in ("first_comment", "last_comment") if batch[name]]
    span = f"del {spanish.day(min(dates))} al {spanish.day(max(dates))}" if dates else "sin fechas"
    scope = "todas las fuentes" if source is None else f"fuente «{source}»"
    note = (
        f"{spanish.count(comments, 'comentario', 'comentarios')}, {span}; {scope}. "
        f"Preparado el {spanish.day_and_time(moment)} (hora de Asunción)."
    )
    urgencies = rows(connection, "urgency_counts", source=source)[0]
    sentences = (
        [spanish.with_month_names(statement.text) for statement in summarise(connection).statements]
        if source is None
        else report_text.sentences(figures, themes, urgencies["high"])
    )
    partial = report_text.partial_month(figures)
    recommendations = [] if source is not None else rows(connection, "recommendations")
    emergent = [] if source is not None else rows(connection, "emergent_themes")
    wanted = sorted({comment_id for row in [*themes.rows, *emergent] for comment_id in row["examples"] or ()})
    texts = {row["comment_id"]: row["text"] for row in rows(connection, "texts", wanted=wanted)}
    names = themes.labels

    workbook_sheets.add_summary(
        workbook,
        formats,
        figures,
        [*sentences, partial] if partial else sentences,
        recommendations,
        note=note,
        has_trend=len(figures.months) > 1,
    )
    workbook_sheets.add_themes(workbook, formats, themes, texts)
    workbook_sheets.add_trends(workbook, formats, figures)
    workbook_sheets.add_priorities(workbook, formats, themes)
    calls = [_named(row, names) for row in read_calls(connection, MOST_CALL_ROWS + 1, source)]
    workbook_sheets.add_calls(workbook, formats, calls, urgencies["high"], MOST_CALL_ROWS)
    workbook_sheets.add_emergent(workbook, formats, emergent, texts, is_limited=source is not None)
    detail = (_named(row, names) for row in stream(connection, "detail", source=source, most=most_detail_rows))
    workbook_sheets.add_detail(workbook, formats, detail, comments, most_detail_rows)
    workbook_sheets.add_provenance(workbook, formats, batches, rows(connection, "engines", source=source))
    return min(comments, most_detail_rows)


def _named(row: Row, names: dict[str, str]) -> Row:
    """The row with Asunción time and Spanish names in place of codes."""
    row["commented_at"] = spanish.local(row["commented_at"])
    row["themes"] = ", ".join(names.get(theme, theme) for theme in row["themes"] or ())
    row["sentiment"] = labels.label(labels.SENTIMENTS, row["sentiment"])
    row["urgency"] = labels.label(labels.URGENCIES, row["urgency"])
    if "language" in row:
        row["language"] = labels.label(labels.LANGUAGES, row["language"])
        row["nps_group"] = labels.label(labels.NPS_GROUPS, row["nps_group"])
        row["emotions"] = ", ".join(labels.label(labels.EMOTIONS, emotion) for emotion in row["emotions"] or ())
        row["is_informative"] = "Sí" if row["is_informative"] else "No"
    return row
