"""The way back: from a sentence to its figures, from both to their comments, from a comment to its file and row."""

from typing import Any

import duckdb

from fiber_pipeline.insight.counted_comments import counted_comments, read_sql
from fiber_pipeline.insight.known_names import check_member, check_metadata_member
from fiber_pipeline.insight.metrics import METRICS, NO_MEMBER, OF_RESPONSES, OTHER_MEMBERS, json_pointer
from fiber_pipeline.problems import Problem, check_names
from fiber_pipeline.tables.identifiers import CUSTOMER_KEY_SQL, customer_key
from fiber_pipeline.tables.vocabulary import PERIOD_KINDS

_DIMENSIONS = ("all", "batch", "source", "language", "question", "theme", "category")
_METADATA = "metadata:"
_CUSTOMER = read_sql("trace_customer").format(customer_key=CUSTOMER_KEY_SQL.format("raw_comments.customer_id"))


class Untraceable(Problem, ValueError):  # noqa: N818 - a property of the figure
    """A figure whose comments are not known."""


def trace_comment(connection: duckdb.DuckDBPyConnection, comment_id: str) -> dict[str, Any]:
    """Return where a comment comes from and who annotated it.

    Keys: batch, source_file, sheet, row_number, file_sha256 and ingested_at of its row; its question, whether it is
    the row's main comment, and the row's `other_answers` (comment ids); its text (redacted), scores and
    `duplicate_of`; language and sentiment with engine and model; `themes`, a list with engine and model each.
    Raises KeyError if there is no such comment.
    """
    found = connection.execute(read_sql("trace_comment"), {"comment_id": comment_id})
    facts = _only_row(found, comment_id)
    facts["themes"] = facts["themes"] or []
    return facts


def trace_customer(connection: duckdb.DuckDBPyConnection, customer: str) -> list[dict[str, Any]]:
    """Return the comments of a customer, each with the customer as its file names them and where it stands there.

    customer: a name of `comments.customer_id`, so also a code, or as a file has it; case and spaces do not count.
    Keys: comment_id, commented_at, customer_in_file, batch, source_file, sheet, row_number. Raises KeyError if the
    customer has no comment.
    """
    found = connection.execute(_CUSTOMER, {"name": customer, "key": customer_key(customer)})
    names = [column[0] for column in found.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    if not rows:
        raise KeyError(customer)
    return rows


def trace_sentence(connection: duckdb.DuckDBPyConnection, rank: int) -> dict[str, Any]:
    """Return a sentence of `executive_summary` with the figures and comments it rests on, and who wrote it.

    Keys: the table's columns. Raises KeyError if there is no such sentence.
    """
    return _only_row(connection.execute("SELECT * FROM executive_summary WHERE rank = $rank", {"rank": rank}), rank)


def trace_insight(
    connection: duckdb.DuckDBPyConnection, period_kind: str, period: str, dimension: str, member: str, metric: str
) -> list[str]:
    """Return the comments a row of `insights` is measured on, as many as its sample size.

    Takes the row's key. Figures of responses (volume, scores, churn risk) have one comment a response, the main one
    where it belongs to the member. The comments of `theme_share` are the mentions, not all that they are a share of;
    the members `(other)` of metadata columns cannot be traced, which raises Untraceable. Raises UnknownName for a
    kind, dimension, column, member or metric that there is not.
    """
    is_metadata, column = dimension.startswith(_METADATA), dimension.removeprefix(_METADATA)
    check_names("kind of period", [period_kind], PERIOD_KINDS)
    check_names("metric", [metric], METRICS)
    if is_metadata and member == OTHER_MEMBERS:
        raise Untraceable(f"{OTHER_MEMBERS} stands for many values, which are not kept apart")
    if is_metadata:
        check_metadata_member(connection, column, member)
    else:
        check_names("dimension", [dimension], (*_DIMENSIONS, f"{_METADATA}COLUMN"))
        check_member(connection, dimension, member)
    parameters = {
        "period_kind": period_kind,
        "period": period,
        "dimension": dimension,
        "member": member,
        "metric": metric,
        "metadata_pointer": json_pointer(column),
        "no_member": NO_MEMBER,
        "is_of_responses": metric in OF_RESPONSES,
    }
    with counted_comments(connection):
        return [comment_id for (comment_id,) in connection.execute(read_sql("trace_insight"), parameters).fetchall()]


def _only_row(found: duckdb.DuckDBPyConnection, key: object) -> dict[str, Any]:
    names = [column[0] for column in found.description or ()]
    row = found.fetchone()
    if row is None:
        raise KeyError(key)
    return dict(zip(names, row, strict=True))
