"""Statements that cite their figures, and the check that the figures are the tables' own.

Whoever writes a statement (the rules here, or a language model) goes through `verify_citations`; what does not
match is dropped, never corrected.
"""

import json
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import duckdb

from fiber_pipeline.insight.spanish import written_numbers

_INSIGHT = """
SELECT value, sample_size, low, high FROM insights
WHERE period_kind = $period_kind AND period = $period AND dimension = $dimension AND member = $member
    AND metric = $metric
"""
_THEME = """
SELECT mentions, share, negative_share, nps, nps_sample, nps_impact, nps_impact_low, nps_impact_high, priority
FROM themes WHERE theme = $theme
"""
_FORECAST = """
SELECT value, low, high, history, backtest_error, naive_error FROM forecasts
WHERE metric = $metric AND member = $member AND period = $period
"""
# By table: its query, and the names of the key's parts in the order an origin gives them.
_TABLES = {
    "insights": (_INSIGHT, ("period_kind", "period", "dimension", "member", "metric")),
    "themes": (_THEME, ("theme",)),
    "forecasts": (_FORECAST, ("metric", "member", "period")),
}
_MISSING_COMMENTS = """
SELECT cited.comment_id FROM (SELECT unnest($evidence) AS comment_id) AS cited
ANTI JOIN comments ON comments.comment_id = cited.comment_id AND comments.duplicate_of IS NULL
"""
# A month, week or day as the tables name it.
PERIOD = re.compile(r"\b\d{4}-(?:W\d{2}|\d{2}(?:-\d{2})?)\b")


@dataclass(frozen=True)
class Figure:
    """A cited figure: what it is called, its value, and where it stands.

    origin: a JSON list of the table, the row's key and the column, such as
    `["insights", "all", "all", "all", "all", "nps", "value"]` or `["themes", "outages", "share"]`.
    """

    name: str
    value: float
    origin: str


@dataclass(frozen=True)
class Statement:
    """A sentence or more in Spanish, with the figures and the comments it rests on."""

    text: str
    figures: tuple[Figure, ...] = ()
    evidence: tuple[str, ...] = ()


def cite(connection: duckdb.DuckDBPyConnection, *origin: str) -> Figure | None:
    """Return the figure at a table, key and column, as it stands there; None if there is no row or it is null.

    Raises ValueError for a table or column that cannot be cited.
    """
    value = _look_up(connection, origin)
    return None if value is None else Figure(".".join(origin[1:]), value, json.dumps(origin, ensure_ascii=False))


def verify_citations(connection: duckdb.DuckDBPyConnection, statement: Statement) -> list[str]:
    """Return what is wrong with a statement's citations, in words; empty if it may be published.

    Every number in the text must be one of its figures at the precision it is written with (sign included,
    percentages as shares); every figure must be what the tables hold; every comment it cites must exist and count;
    every period it names must be one its figures are of. What rests on neither a figure nor a comment is no statement.
    Words are not checked: that something rose or fell is for whoever writes it to have right.
    """
    if not statement.figures and not statement.evidence:
        return ["it cites neither a figure nor a comment"]
    parts = [_parts(figure.origin) for figure in statement.figures]
    problems = [
        f"no figure is of the period {period}"
        for period in sorted(set(PERIOD.findall(statement.text)))
        if not any(period in part for part in parts)
    ]
    cited = [(figure.value, _is_share(part)) for figure, part in zip(statement.figures, parts, strict=True)]
    problems += [
        f"{number.written} is none of the cited figures"
        for number in written_numbers(PERIOD.sub(" ", statement.text))
        if not any(
            is_share == number.is_percentage and abs(number.value - value) <= number.tolerance * (1 + 1e-9)
            for value, is_share in cited
        )
    ]
    for figure, origin in zip(statement.figures, parts, strict=True):
        try:
            value = _look_up(connection, origin)
        except ValueError as error:
            problems.append(str(error))
            continue
        if value is None or not math.isclose(value, figure.value, rel_tol=1e-9, abs_tol=1e-12):
            problems.append(f"{figure.name} is cited as {figure.value}, but {figure.origin} is {value}")
    if statement.evidence:
        missing = connection.execute(_MISSING_COMMENTS, {"evidence": list(statement.evidence)}).fetchall()
        problems += [f"comment {comment_id} does not exist or does not count" for (comment_id,) in missing]
    return problems


def keep_verified(
    connection: duckdb.DuckDBPyConnection, statements: Iterable[Statement]
) -> tuple[tuple[Statement, ...], tuple[tuple[Statement, str], ...]]:
    """Split statements into those that may be published, and those dropped, each with the reason."""
    kept: list[Statement] = []
    dropped: list[tuple[Statement, str]] = []
    for statement in statements:
        problems = verify_citations(connection, statement)
        if problems:
            dropped.append((statement, "; ".join(problems)))
        else:
            kept.append(statement)
    return tuple(kept), tuple(dropped)


def _parts(origin: str) -> tuple[str, ...]:
    try:
        parts = json.loads(origin)
    except json.JSONDecodeError:
        return ()
    return tuple(str(part) for part in parts) if isinstance(parts, list) else ()


def _is_share(origin: Sequence[str]) -> bool:
    """Whether a figure is a share, which is written as a percentage, and nothing else is."""
    if origin and origin[0] == "themes":
        return origin[-1].endswith("share")
    metric = origin[5:6] if origin[:1] == ("insights",) else origin[1:2]
    is_level = bool(origin) and origin[-1] not in ("sample_size", "history")
    return is_level and any(name == "csat" or name.endswith("_share") for name in metric)


def _look_up(connection: duckdb.DuckDBPyConnection, origin: Sequence[str]) -> float | None:
    query, keys = _TABLES.get(origin[0] if origin else "", ("", ()))
    if not query or len(origin) != len(keys) + 2:
        raise ValueError(f"{list(origin)} does not say where a figure stands")
    found = connection.execute(query, dict(zip(keys, origin[1:-1], strict=True)))
    columns = [column[0] for column in found.description or ()]
    if origin[-1] not in columns:
        raise ValueError(f"{origin[0]} has no figure {origin[-1]!r} that can be cited")
    row = found.fetchone()
    value = None if row is None else row[columns.index(origin[-1])]
    return None if value is None else float(value)
