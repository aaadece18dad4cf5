from datetime import UTC, datetime

import pytest

from fiber_pipeline.outputs import spanish


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(12345.6, 0, "12.346"), (-0.04, 1, "0,0"), (-12.25, 1, "−12,2"), (1234567.891, 2, "1.234.567,89"), (None, 1, "–")],
)
def test_numbers(value: float | None, decimals: int, text: str) -> None:
    assert spanish.number(value, decimals) == text


def test_shares_and_changes() -> None:
    assert spanish.percent(0.1234) == "12,3\u00a0%"
    assert [spanish.signed(value) for value in (3.21, -1.0, 0.04)] == ["+3,2", "−1,0", "0,0"]


def test_sentences_of_the_tables_are_set_for_people() -> None:
    assert spanish.typeset("En 2026-05 fue 3, y el 2026-05-04 otra cosa: 12,5 %.") == (
        "En mayo de 2026 fue 3, y el 2026-05-04 otra cosa: 12,5\u00a0%."
    )
    assert spanish.month("2026-09", short=True) == "sep 2026"
    assert spanish.month("none") == "none"


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 7, 1, 2, 30, tzinfo=UTC), "30/06/2026 23:30"),  # three hours behind all year since 2024
        (datetime(2024, 7, 1, 3, 30, tzinfo=UTC), "30/06/2024 23:30"),  # four hours behind in the winters before
        (None, "–"),
    ],
)
def test_moments_are_asuncions(moment: datetime | None, text: str) -> None:
    assert spanish.day_and_time(moment) == text
