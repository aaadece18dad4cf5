from collections.abc import Iterable
from datetime import datetime

import duckdb
import pytest

from fiber_pipeline.insight import measure_insights
from fiber_pipeline.outputs.figures import Figures, KeyFigure, read_figures
from fiber_pipeline.tables import INSIGHTS
from fiber_pipeline_tests.insight.history import Comment, write_comments, write_table


def read(comments: Iterable[Comment]) -> Figures:
    with duckdb.connect() as connection:
        write_comments(connection, comments)
        write_table(connection, INSIGHTS, measure_insights(connection))
        return read_figures(connection)


def month(year: int, number: int, promoters: int, detractors: int, last_day: int = 28) -> list[Comment]:
    scores = [10] * promoters + [0] * detractors
    return [
        Comment(f"{year}-{number}-{place}", nps=score, at=datetime(year, number, 1 + place % last_day, 12))
        for place, score in enumerate(scores)
    ]


def nps(figures: Figures) -> KeyFigure:
    return next(key for key in figures.keys if key.measure.metric == "nps")


def test_a_mistyped_year_does_not_stretch_the_months() -> None:
    strays = [Comment("past", nps=5, at=datetime(1926, 5, 1)), Comment("future", nps=5, at=datetime(2062, 5, 1))]
    figures = read([*month(2026, 3, 20, 20), *month(2026, 5, 20, 20), *strays])
    assert figures.months == ["2026-03", "2026-04", "2026-05"]
    assert figures.latest == "2026-05"
    assert figures.series("volume")[1] == ("2026-04", None)


@pytest.mark.parametrize(
    ("before", "now", "verdict"),
    [((100, 100), (160, 40), "better"), ((160, 40), (100, 100), "worse"), ((100, 100), (104, 96), "unclear")],
)
def test_a_change_is_clear_only_beyond_chance(before: tuple[int, int], now: tuple[int, int], verdict: str) -> None:
    key = nps(read([*month(2026, 4, *before), *month(2026, 5, *now)]))
    assert key.verdict == verdict


def test_a_small_sample_never_gives_a_clear_change() -> None:
    key = nps(read([*month(2026, 4, 0, 20), *month(2026, 5, 20, 0)]))
    assert key.change == 200
    assert key.shown.is_small_sample
    assert key.verdict == "unclear"


@pytest.mark.parametrize(("last_day", "partial_day"), [(12, 12), (28, 28), (29, None), (31, None)])
def test_a_month_is_whole_when_its_comments_reach_its_last_three_days(last_day: int, partial_day: int | None) -> None:
    assert read(month(2026, 5, 20, 20, last_day)).partial_day == partial_day
