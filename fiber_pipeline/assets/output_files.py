"""What the assets that write files for people share: their configuration and what they tell about a file."""

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import quote

import dagster as dg
from pydantic import Field

from fiber_pipeline.problems import Problem

READS = ("comments", "translated_comments", "sentiment_scores", "comment_themes")
WORKBOOK_NAME = "fiber_insights.xlsx"
REPORT_NAME = "fiber_report.html"
REPORT_PDF_NAME = "fiber_report.pdf"
EXPORTS_NAME = "exports"
# Relative to the page that shows the link, whatever port or proxy it came by.
SERVED_AT = "/outputs"
REVIEW_NAME = "fiber_review.xlsx"
REPORT_NAMES = (WORKBOOK_NAME, REPORT_NAME, REPORT_PDF_NAME, EXPORTS_NAME)
INSIGHTS = ("themes", "emergent_themes", "insights", "forecasts", "executive_summary", "recommendations")


class UnusableSource(Problem, ValueError):  # noqa: N818 - says what is wrong with the name
    """A source of the run configuration is no folder's name."""


class OutputConfig(dg.Config):
    """What a file is limited to."""

    source: str | None = Field(
        default=None, description="Only this source (the first folder of a batch's path); everything if left out."
    )

    def place(self, folder: Path, name: str) -> Path:
        """Where a file of this name goes: in the folder, or in one of the source's own. Raises UnusableSource.

        Whether there is such a source is asked of the tables, before anything is written.
        """
        if not self.source:
            return folder / name
        if self.source.startswith(".") or any(mark in self.source for mark in "/\\"):
            raise UnusableSource(f"source: {self.source!r} is not the name of a folder of the inbox")
        return folder / self.source / name


def file_metadata(path: Path, outputs: Path) -> dict[str, Any]:
    """Where a file of the outputs folder is, how `fiber ui` serves it beside its own pages, and how large it is."""
    served = path.resolve().relative_to(outputs.resolve()).as_posix()
    return {
        "path": dg.MetadataValue.path(str(path.resolve())),
        "open": dg.MetadataValue.url(quote(f"{SERVED_AT}/{served}")),
        "megabytes": round(path.stat().st_size / 1e6, 2),
    }


def summary_metadata(summary: object) -> dict[str, Any]:
    """The plain figures of a summary (a dataclass), by name."""
    values = asdict(summary)  # type: ignore[call-overload]
    return {name: value for name, value in values.items() if isinstance(value, int | float | str)}


def output_paths(folder: Path) -> list[Path]:
    """The workbooks, reports and their PDFs, exports and review workbooks there are; sources' own in their folders."""
    folders = [folder, *(inner for inner in folder.iterdir() if inner.is_dir())] if folder.exists() else []
    return [path for each in folders for name in (*REPORT_NAMES, REVIEW_NAME) if (path := each / name).exists()]


def delete_outputs(folder: Path) -> list[Path]:
    """Delete them; return what was deleted."""
    paths = output_paths(folder)
    for path in paths:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return paths
