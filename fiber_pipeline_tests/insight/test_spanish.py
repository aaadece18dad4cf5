import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiber_pipeline.insight.spanish import count_of, decimal, percent, whole, written_numbers


@pytest.mark.parametrize(
    ("value", "written"),
    [(1234.56, "1.234,6"), (-0.04, "0,0"), (-41.65, "−41,6"), (0.5, "0,5"), (-1234567.0, "−1.234.567,0")],
)
def test_decimal(value: float, written: str) -> None:
    assert decimal(value) == written


def test_counts_and_percentages() -> None:
    assert whole(12345) == "12.345"
    assert percent(0.125) == "12,5 %"
    assert (count_of(1, "mención", "menciones"), count_of(0, "mención", "menciones")) == ("1 mención", "0 menciones")


@given(st.floats(-1e9, 1e9), st.integers(0, 4))
def test_what_is_written_is_read_back(value: float, decimals: int) -> None:
    (number,) = written_numbers(f"fue {decimal(value, decimals)} en total.")
    assert abs(number.value - value) <= number.tolerance * (1 + 1e-6)


@given(st.floats(0, 1))
def test_percentages_are_read_back_as_shares(share: float) -> None:
    (number,) = written_numbers(f"el {percent(share)} de todos")
    assert number.is_percentage
    assert abs(number.value - share) <= number.tolerance * (1 + 1e-6)


def test_digits_in_words_are_no_numbers() -> None:
    assert written_numbers("la red 5G y el plan N100") == []
    assert [number.value for number in written_numbers("pasó de 3 a 1.500, o sea mucho (−2,5).")] == [3, 1500, -2.5]
