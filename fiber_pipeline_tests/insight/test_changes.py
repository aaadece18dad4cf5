import pytest

from fiber_pipeline.insight import Measured, is_beyond_chance


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        # Standard errors of 2 and 2: a difference must exceed 1.96 x 2.83 = 5.54.
        ((10, 6.08, 13.92, 100), (15.4, 11.48, 19.32, 100), False),
        ((10, 6.08, 13.92, 100), (15.6, 11.68, 19.52, 100), True),
        ((15.6, 11.68, 19.52, 100), (10, 6.08, 13.92, 100), True),
        # However far apart, fewer than thirty comments say nothing for sure.
        ((10, 6.08, 13.92, 29), (90, 86.08, 93.92, 100), False),
        # A full count, and a figure that is not there.
        ((100, None, None, 100), (500, None, None, 500), False),
        ((None, None, None, 0), (15.6, 11.68, 19.52, 100), False),
    ],
)
def test_a_change_must_exceed_the_error_of_the_difference(before: tuple, after: tuple, expected: bool) -> None:
    assert is_beyond_chance(Measured(*before), Measured(*after)) is expected
