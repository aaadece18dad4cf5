"""A mapping file written from what was recognised, for a person to correct."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from fiber_pipeline.readers.columns import ROLES
from fiber_pipeline.readers.reading import ReadingSummary

_INTRODUCTION = """\
# What each column is taken for, as it was recognised. Correct it and name this file in FIBER_MAPPING.
# `batch` is the file's path in the inbox; * and ? stand for what changes from month to month.
# A column is a header, a position from 1, or null where no column plays the role; docs/files.md has every key.
"""


def write_mapping_file(path: Path, readings: Mapping[str, ReadingSummary]) -> None:
    """Write a rule a file, by batch. What its tables differ in is left to be recognised."""
    rules = [_rule(batch, summary) for batch, summary in readings.items()]
    document = yaml.safe_dump({"rules": rules}, allow_unicode=True, sort_keys=False, width=110)
    path.write_text(_INTRODUCTION + document, encoding="utf-8")


def _rule(batch: str, summary: ReadingSummary) -> dict[str, Any]:
    rule: dict[str, Any] = {"batch": batch}
    sheets = list(dict.fromkeys(table.sheet for table in summary.tables if table.sheet is not None))
    if sheets and summary.left_out:
        rule["sheets"] = sheets
    said: dict[str, list[Any]] = {
        "columns": [{role: table.columns.get(role) for role in ROLES} for table in summary.tables],
        "questions": [
            [name for name in table.answers if name != table.columns.get("comment")] for table in summary.tables
        ],
        "header_row": [table.header_row or 0 for table in summary.tables],
        "date_order": [table.date_order for table in summary.tables],
        "rating_scale": [table.rating_scale for table in summary.tables],
    }
    for key, values in said.items():
        if values and values[0] is not None and all(value == values[0] for value in values):
            rule[key] = values[0]
    return rule
