"""Rules that a table must meet to be written at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from fiber_pipeline.cleaning import find_pii
from fiber_pipeline.tables import SchemaViolation, Table

SCHEMA = "schema"
ROW_CONSERVATION = "row_conservation"
ONE_ROW_PER_COMMENT = "one_row_per_comment"
NO_PERSONAL_DATA = "no_personal_data"

_PII_SAMPLE = 2000


@dataclass(frozen=True)
class CheckOutcome:
    """Whether a rule holds, in words and figures. Neither ever quotes a row: they reach logs and events."""

    name: str
    passed: bool
    description: str
    figures: Mapping[str, int | float | str] = field(default_factory=dict)


def check_schema(table: Table, frame: pd.DataFrame) -> CheckOutcome:
    """Every column is there, of its type, within its bounds; keys are unique."""
    try:
        table.validate(frame)
    except SchemaViolation as violation:
        return CheckOutcome(SCHEMA, False, str(violation), {"rows": len(frame)})
    return CheckOutcome(SCHEMA, True, f"{len(frame)} rows fit the declared schema", {"rows": len(frame)})


def check_row_conservation(in_file: int, accepted: int, rejected: int) -> CheckOutcome:
    """Every data row of the file was accepted or rejected."""
    return CheckOutcome(
        ROW_CONSERVATION,
        in_file == accepted + rejected,
        f"{in_file} data rows in the file, {accepted} accepted, {rejected} rejected",
        {"in_file": in_file, "accepted": accepted, "rejected": rejected},
    )


def check_one_row_per_comment(frame: pd.DataFrame, comments: int) -> CheckOutcome:
    """The table has exactly a row for each comment it was made from; `comments`, a main one for each row read."""
    rows = int(frame["is_main"].sum()) if "is_main" in frame else len(frame)
    return CheckOutcome(
        ONE_ROW_PER_COMMENT,
        rows == comments,
        f"{rows} rows for {comments} comments",
        {"rows": rows, "comments": comments},
    )


def check_no_personal_data(comments: pd.DataFrame) -> CheckOutcome:
    """Redacting the redacted text again finds nothing; looked at in a spread of at most 2,000 distinct texts."""
    texts = comments["text"].drop_duplicates()
    looked_at = texts.iloc[:: max(1, len(texts) // _PII_SAMPLE)]
    leaking = sum(1 for text in looked_at.tolist() if find_pii(text))
    return CheckOutcome(
        NO_PERSONAL_DATA,
        leaking == 0,
        f"personal data left in {leaking} of {len(looked_at)} texts looked at",
        {"looked_at": len(looked_at), "leaking": leaking},
    )


BLOCKING_CHECKS = {
    SCHEMA: check_schema,
    ROW_CONSERVATION: check_row_conservation,
    ONE_ROW_PER_COMMENT: check_one_row_per_comment,
    NO_PERSONAL_DATA: check_no_personal_data,
}
