"""What the assets that write files for people share: their configuration and what they tell about a file."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import dagster as dg
from pydantic import Field

READS = ("comments", "translated_comments", "sentiment_scores", "comment_themes")
WORKBOOK_NAME = "fiber_insights.xlsx"
REPORT_NAME = "fiber_report.html"
REPORT_PDF_NAME = "fiber_report.pdf"
EXPORTS_NAME = "exports"
REVIEW_NAME = "fiber_review.xlsx"
REPORT_NAMES = (WORKBOOK_NAME, REPORT_NAME, REPORT_PDF_NAME, EXPORTS_NAME)
INSIGHTS = ("themes", "emergent_themes", "insights", "forecasts", "executive_summary", "recommendations")


class OutputConfig(dg.Config):
    """What a file is limited to."""

    source: str | None = Field(
        default=None,
        pattern=r"^[^./\\][^/\\]*$",
        description="Only this source (the first folder of a batch's path); everything if left out.",
    )

    def place(self, folder: Path, name: str) -> Path:
        """Where a file of this name goes: in the folder, or in one of the source's own."""
        return folder / self.source / name if self.source else folder / name


def file_metadata(path: Path) -> dict[str, Any]:
    """Where a file is and how large."""
    return {
        "path": dg.MetadataValue.path(str(path.resolve())),
        "open": dg.MetadataValue.url(path.resolve().as_uri()),
        "megabytes": round(path.stat().st_size / 1e6, 2),
    }


def summary_metadata(summary: object) -> dict[str, Any]:
    """The plain figures of a summary (a dataclass), by name."""
    values = asdict(summary)  # type: ignore[call-overload]
    return {name: value for name, value in values.items() if isinstance(value, int | float | str)}


def output_paths(folder: Path) -> list[Path]:
    """What of workbook, report and its PDF, exports and review workbook stands in the outputs folder."""
    return [path for name in (*REPORT_NAMES, REVIEW_NAME) if (path := folder / name).exists()]
