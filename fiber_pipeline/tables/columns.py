"""The kinds of column a table can have.

Each function returns a pandera column over an Arrow-backed pandas dtype, so that lists, structs, nullable
numbers and UTC timestamps look the same in pandas, Arrow and DuckDB. `sources` names the columns of other
tables a column is made from (`"raw_comments.comment"`); it becomes the column lineage. `coded` says for which purpose
its values are coded with the secret of the installation (`installation.Purpose`).
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pandera.pandas as pr
import pyarrow as pa

from fiber_pipeline.installation import Purpose

JSON_TYPE = "JSON"


def _column(
    arrow_type: pa.DataType,
    description: str,
    checks: Sequence[pr.Check],
    *,
    nullable: bool,
    sources: Sequence[str],
    sql_type: str | None = None,
    coded: Purpose | None = None,
) -> pr.Column:
    metadata: dict[str, Any] = {"sources": tuple(sources), "sql_type": sql_type, "coded": coded}
    return pr.Column(
        pd.ArrowDtype(arrow_type), list(checks), nullable=nullable, description=description, metadata=metadata
    )


def text(
    description: str,
    *checks: pr.Check,
    nullable: bool = False,
    sources: Sequence[str] = (),
    coded: Purpose | None = None,
) -> pr.Column:
    """Unicode text of any length."""
    return _column(pa.string(), description, checks, nullable=nullable, sources=sources, coded=coded)


def category(
    description: str, members: Sequence[str], *, nullable: bool = False, sources: Sequence[str] = ()
) -> pr.Column:
    """Text that is one of `members`."""
    return _column(pa.string(), description, [pr.Check.isin(members)], nullable=nullable, sources=sources)


def json_text(description: str, *, nullable: bool = False, sources: Sequence[str] = ()) -> pr.Column:
    """A JSON document: text in pandas and Arrow, `JSON` in DuckDB."""
    return _column(pa.string(), description, (), nullable=nullable, sources=sources, sql_type=JSON_TYPE)


def integer(description: str, *checks: pr.Check, nullable: bool = False, sources: Sequence[str] = ()) -> pr.Column:
    """A 64-bit integer."""
    return _column(pa.int64(), description, checks, nullable=nullable, sources=sources)


def real(
    description: str,
    *checks: pr.Check,
    low: float | None = None,
    high: float | None = None,
    nullable: bool = False,
    sources: Sequence[str] = (),
) -> pr.Column:
    """A 64-bit float, within `low` and `high` where they are given."""
    bounds = []
    if low is not None:
        bounds.append(pr.Check.ge(low))
    if high is not None:
        bounds.append(pr.Check.le(high))
    return _column(pa.float64(), description, [*bounds, *checks], nullable=nullable, sources=sources)


def boolean(description: str, *, nullable: bool = False, sources: Sequence[str] = ()) -> pr.Column:
    """True or false."""
    return _column(pa.bool_(), description, (), nullable=nullable, sources=sources)


def timestamp(description: str, *, nullable: bool = False, sources: Sequence[str] = ()) -> pr.Column:
    """A moment, in UTC, to the microsecond."""
    return _column(pa.timestamp("us", "UTC"), description, (), nullable=nullable, sources=sources)


def texts(
    description: str, *, nullable: bool = False, sources: Sequence[str] = (), coded: Purpose | None = None
) -> pr.Column:
    """A list of texts, empty rather than null where there are none."""
    return _column(pa.list_(pa.string()), description, (), nullable=nullable, sources=sources, coded=coded)


def structs(
    description: str, fields: Sequence[tuple[str, pa.DataType]], *, nullable: bool = False, sources: Sequence[str] = ()
) -> pr.Column:
    """A list of structs with the given fields, empty rather than null where there are none."""
    return _column(pa.list_(pa.struct(list(fields))), description, (), nullable=nullable, sources=sources)
