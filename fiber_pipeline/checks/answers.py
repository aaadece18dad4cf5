"""The check that engines answered every text, on the frame a step has made; it warns and never blocks."""

import dagster as dg
import pandas as pd

from fiber_pipeline.annotation.engines import unanswered_in
from fiber_pipeline.tables import Table

EVERY_TEXT_ANSWERED = "every_text_answered"


def answers_spec(table: Table) -> dg.AssetCheckSpec:
    """The check's declaration."""
    return dg.AssetCheckSpec(
        EVERY_TEXT_ANSWERED,
        asset=table.name,
        description="No text broke every engine of the chain. One that did has a row by `none`, with no opinion, no "
        "theme and a confidence of 0; figures of sentiment leave it out.",
    )


def check_answers(table: Table, frame: pd.DataFrame) -> dg.AssetCheckResult:
    """How many comments nobody answered, by reason, as the step has noted on the frame."""
    reasons = unanswered_in(frame)
    count = sum(reasons.values())
    return dg.AssetCheckResult(
        asset_key=table.name,
        check_name=EVERY_TEXT_ANSWERED,
        passed=not count,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{count} comments were answered by no engine",
        metadata={"unanswered": count, **({"reasons": dg.MetadataValue.json(dict(reasons))} if reasons else {})},
    )
