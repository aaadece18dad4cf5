"""Writes the report's two files."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from fiber_pipeline.insight import one_source
from fiber_pipeline.outputs.files import whole_file
from fiber_pipeline.outputs.report.model import read_model
from fiber_pipeline.outputs.report.page import render_page
from fiber_pipeline.outputs.report.pdf import render_pdf


@dataclass(frozen=True)
class ReportSummary:
    """What was written: the comments counted, how many of them the page lists, and both files' sizes in bytes."""

    path: Path
    pdf_path: Path
    comments: int
    examples: int
    size: int
    pdf_size: int


def write_report(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    *,
    source: str | None = None,
    written_at: datetime | None = None,
) -> ReportSummary:
    """Write the report as a page to `path` and as a PDF beside it, each whole or not at all.

    Texts are the redacted `comments.text`. The same warehouse and moment give the same bytes.

    source: limits everything to the batches under that folder; figures, forecasts and advice are then of those alone.
    written_at: the moment to state in the report; now by default.

    Raises OSError if a file cannot be written.
    """
    moment = written_at or datetime.now(UTC)
    with one_source(connection, source):
        model = read_model(connection, source, moment)
    page = render_page(model).encode("utf-8")
    document = render_pdf(model, moment)
    pdf_path = path.with_suffix(".pdf")
    for place, content in ((path, page), (pdf_path, document)):
        with whole_file(place) as temporary:
            temporary.write_bytes(content)
    return ReportSummary(path, pdf_path, model["comments"], len(model["examples"]), len(page), len(document))
