"""Asset checks on what was written: warnings that never block, each over the whole table in SQL."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import dagster as dg

from fiber_pipeline.resources import WarehouseResource


@dataclass(frozen=True)
class ShareRule:
    """At most `limit` of a table's rows may be of a kind.

    query: static SQL that returns (rows of the kind, all rows).
    """

    table: str
    name: str
    description: str
    limit: float
    query: str


_RULES = (
    ShareRule(
        "raw_comments",
        "values_are_readable",
        "At most one row in ten has a date, score or rating that could not be read.",
        0.10,
        "SELECT count(*) FILTER (len(problems) > 0), count(*) FROM raw_comments",
    ),
    ShareRule(
        "raw_comments",
        "few_rows_rejected",
        "At most one row in twenty is rejected.",
        0.05,
        "SELECT r.rejected, r.rejected + (SELECT count(*) FROM raw_comments) "
        "FROM (SELECT count(*) AS rejected FROM rejected_rows) AS r",
    ),
    ShareRule(
        "comments",
        "dates_are_known",
        "At most one response in five lacks a date; those count in no period but `all`.",
        0.20,
        "SELECT count(*) FILTER (commented_at IS NULL), count(*) FROM comments WHERE is_main IS NOT FALSE",
    ),
    ShareRule(
        "translated_comments",
        "language_is_known",
        "At most one informative comment in twenty is in no language that could be told.",
        0.05,
        "SELECT count(*) FILTER (language = 'und'), count(*) FROM translated_comments JOIN comments USING (comment_id) "
        "WHERE is_informative",
    ),
    ShareRule(
        "translated_comments",
        "no_fallback",
        "The first engine of the chain answered everything.",
        0.0,
        "SELECT count(*) FILTER (is_fallback), count(*) FROM translated_comments",
    ),
    ShareRule(
        "sentiment_scores",
        "no_fallback",
        "The first engine of the chain answered everything.",
        0.0,
        "SELECT count(*) FILTER (is_fallback), count(*) FROM sentiment_scores",
    ),
    ShareRule(
        "sentiment_scores",
        "agrees_with_scores",
        "At most one comment in ten says the opposite of its NPS or rating.",
        0.10,
        "SELECT count(*) FILTER (contradicts_score), count(*) FROM sentiment_scores",
    ),
    ShareRule(
        "comment_themes",
        "no_fallback",
        "The first engine of the chain answered everything.",
        0.0,
        "SELECT count(*) FILTER (is_fallback), count(*) FROM comment_themes",
    ),
    ShareRule(
        "comment_themes",
        "taxonomy_covers_comments",
        "At most two in three longer comments have no theme; beyond that the taxonomy lacks something.",
        0.67,
        "SELECT count(*) FILTER (NOT EXISTS (SELECT 1 FROM comment_themes t WHERE t.comment_id = c.comment_id)), "
        "count(*) FROM comments c WHERE is_informative AND length(text) >= 25",
    ),
    ShareRule(
        "executive_summary",
        "no_fallback",
        "Where a service is there to write it, it did.",
        0.0,
        "SELECT count(*) FILTER (is_fallback), count(*) FROM executive_summary",
    ),
    ShareRule(
        "recommendations",
        "no_fallback",
        "Where a service is there to write them, it wrote all.",
        0.0,
        "SELECT count(*) FILTER (fallback_reason IS NOT NULL), count(*) FROM recommendations",
    ),
)


@dg.multi_asset_check(
    name="quality",
    specs=[dg.AssetCheckSpec(rule.name, asset=rule.table, description=rule.description) for rule in _RULES],
    can_subset=True,
)
def quality(context: dg.AssetCheckExecutionContext, warehouse: WarehouseResource) -> Iterator[dg.AssetCheckResult]:
    """Evaluate the rules asked for over one connection."""
    wanted = {(key.asset_key.to_user_string(), key.name) for key in context.selected_asset_check_keys}
    with warehouse.open().reader() as connection:
        for rule in _RULES:
            if (rule.table, rule.name) in wanted:
                affected, total = connection.execute(rule.query).fetchone() or (0, 0)
                yield _result(rule, affected, total)


def _result(rule: ShareRule, affected: int, total: int) -> dg.AssetCheckResult:
    share = affected / total if total else 0.0
    return dg.AssetCheckResult(
        asset_key=rule.table,
        check_name=rule.name,
        passed=share <= rule.limit,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{affected} of {total} rows, {share:.1%}; the limit is {rule.limit:.0%}",
        metadata={"affected": affected, "rows": total, "share": share, "limit": rule.limit},
    )


QUALITY_CHECKS: Sequence[dg.AssetChecksDefinition] = [quality]
