"""What must hold, or should: rules that block a table from being published, and warnings on what it holds.

`blocking` has pure functions over frames, evaluated before a write; `quality` has Dagster asset checks that look at
what was written, `completeness` the one that every batch is whole, `answers` the one that no text broke every engine.
Declared column rules stay with their table in `tables`.
"""

from fiber_pipeline.checks.blocking import (
    BLOCKING_CHECKS,
    NO_PERSONAL_DATA,
    ONE_ROW_PER_COMMENT,
    ROW_CONSERVATION,
    SCHEMA,
    CheckOutcome,
    check_no_personal_data,
    check_one_row_per_comment,
    check_row_conservation,
    check_schema,
)

__all__ = [
    "BLOCKING_CHECKS",
    "NO_PERSONAL_DATA",
    "ONE_ROW_PER_COMMENT",
    "ROW_CONSERVATION",
    "SCHEMA",
    "CheckOutcome",
    "check_no_personal_data",
    "check_one_row_per_comment",
    "check_row_conservation",
    "check_schema",
]
