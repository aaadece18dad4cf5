"""Months: which of them hold all their comments, and so may be compared with one another."""

from collections.abc import Mapping
from datetime import date, timedelta

import duckdb

from fiber_pipeline.insight.counted_comments import read_sql

# Exports end on working days: a month whose last comment is from one of its last three days is taken as whole.
_SLACK = timedelta(days=3)


def next_month(month: str, ahead: int = 1) -> str:
    """Return the month (`2026-03`) so many months later; `ahead` may be negative."""
    place = int(month[:4]) * 12 + int(month[5:]) - 1 + ahead
    return f"{place // 12:04d}-{place % 12 + 1:02d}"


def complete_months(days: Mapping[str, tuple[date, date]]) -> list[str]:
    """Return the months that count as history, in order and without gaps.

    days: the first and the last day with a comment, by month.

    History is the longest unbroken run of months with comments (the latest of equally long ones), so that a
    mistyped year does not stretch it over empty decades. Its first month counts only if its comments begin within
    the month's first three days, and its last only if they reach the last three: a month in progress is no history.
    """
    run = _longest_run(sorted(days))
    if run and ends_early(run[-1], days[run[-1]][1]):
        run = run[:-1]
    if run and begins_late(run[0], days[run[0]][0]):
        run = run[1:]
    return run


def begins_late(month: str, first_day: date) -> bool:
    """Tell whether a month's comments begin only after its first three days."""
    return first_day >= _first_day(month) + _SLACK


def ends_early(month: str, last_day: date) -> bool:
    """Tell whether a month's comments end before its last three days."""
    return last_day < _first_day(next_month(month)) - _SLACK


def read_month_days(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[date, date]]:
    """Return the first and the last day with a comment of every month in `insights`."""
    rows = connection.execute(read_sql("monthly_days")).fetchall()
    return {month: (first, last) for month, first, last in rows}


def read_history(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the months in `insights` that count as history (`complete_months`)."""
    return complete_months(read_month_days(connection))


def _first_day(month: str) -> date:
    return date(int(month[:4]), int(month[5:]), 1)


def _longest_run(months: list[str]) -> list[str]:
    longest: list[str] = []
    run: list[str] = []
    for month in months:
        run = [*run, month] if run and next_month(run[-1]) == month else [month]
        if len(run) >= len(longest):
            longest = run
    return longest
