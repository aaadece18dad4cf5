"""What the readers' tests share: reading bytes as a file, and workbooks made of rows."""

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from fiber_pipeline.readers import Reading, read_file
from fiber_pipeline.tables import RAW_COMMENTS, REJECTED_ROWS

NOW = dt.datetime(2025, 6, 1, 12, tzinfo=dt.UTC)


def read_bytes(folder: Path, name: str, content: bytes | str, **options: Any) -> Reading:
    """Write `content` under `name` and read it as the batch of that name; the frames are checked on the way."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    reading = read_file(path, batch=name, ingested_at=NOW, **options)
    RAW_COMMENTS.validate(reading.raw)
    REJECTED_ROWS.validate(reading.rejected)
    return reading


def workbook(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    """An .xlsx of the given sheets; datetimes become date cells."""
    buffer = io.BytesIO()
    options = {"default_date_format": "dd/mm/yyyy hh:mm", "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for index, row in enumerate(rows):
                sheet.write_row(index, 0, row)
    return buffer.getvalue()
