from datetime import date

import pytest

from fiber_pipeline.insight.months import complete_months, next_month


def _whole(*months: str) -> dict[str, tuple[date, date]]:
    return {month: (date.fromisoformat(f"{month}-01"), date.fromisoformat(f"{month}-28")) for month in months}


@pytest.mark.parametrize(
    ("month", "ahead", "expected"), [("2026-12", 1, "2027-01"), ("2026-01", -1, "2025-12"), ("2026-05", 14, "2027-07")]
)
def test_next_month(month: str, ahead: int, expected: str) -> None:
    assert next_month(month, ahead) == expected


def test_month_in_progress_is_no_history() -> None:
    days = _whole("2026-01") | {
        "2026-01": (date(2026, 1, 1), date(2026, 1, 31)),
        "2026-02": (date(2026, 2, 1), date(2026, 2, 20)),
    }
    assert complete_months(days) == ["2026-01"]


@pytest.mark.parametrize(("last", "expected"), [(25, ["2026-01"]), (26, ["2026-01", "2026-02"])])
def test_last_three_days_are_the_end(last: int, expected: list[str]) -> None:
    days = {
        "2026-01": (date(2026, 1, 1), date(2026, 1, 31)),
        "2026-02": (date(2026, 2, 1), date(2026, 2, last)),
    }
    assert complete_months(days) == expected


def test_first_month_begun_half_way_is_no_history() -> None:
    days = {
        "2026-01": (date(2026, 1, 15), date(2026, 1, 31)),
        "2026-02": (date(2026, 2, 1), date(2026, 2, 28)),
    }
    assert complete_months(days) == ["2026-02"]


def test_mistyped_years_do_not_stretch_history() -> None:
    days = _whole("1926-03", "2026-01", "2026-02", "2062-02")
    days["2026-02"] = (date(2026, 2, 1), date(2026, 2, 28))
    assert complete_months(days) == ["2026-01", "2026-02"]


def test_no_months() -> None:
    assert complete_months({}) == []
