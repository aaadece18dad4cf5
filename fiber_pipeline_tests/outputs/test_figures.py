from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

import duckdb
import pytest

from fiber_pipeline.insight import measure_insights
from fiber_pipeline.outputs.figures import Figures, KeyFigure, read_figures
from fiber_pipeline.outputs.wording import incomplete_months
from fiber_pipeline.tables import INSIGHTS
from fiber_pipeline_tests.insight.history import Comment, write_comments, write_table


def read(comments: Iterable[Comment]) -> Figures:
    with duckdb.connect() as connection:
        write_comments(connection, comments)
        write_table(connection, INSIGHTS, measure_insights(connection))
        return read_figures(connection)


def month(year: int, number: int, promoters: int, detractors: int, last_day: int = 30) -> list[Comment]:
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
    assert figures.current == "2026-05"
    assert figures.series("volume")[1] == ("2026-04", None)


@pytest.mark.parametrize(
    ("before", "now", "verdict"),
    [((100, 100), (160, 40), "better"), ((160, 40), (100, 100), "worse"), ((100, 100), (104, 96), "unclear")],
)
def test_a_change_is_clear_only_beyond_chance(before: tuple[int, int], now: tuple[int, int], verdict: str) -> None:
    key = nps(read([*month(2026, 4, *before), *month(2026, 5, *now)]))
    assert key.verdict == verdict


def test_a_small_sample_never_gives_a_clear_change() -> None:
    april, may = (
        [replace(row, at=datetime(2026, number, 1 + 29 * (place > 9), 12)) for place, row in enumerate(rows)]
        for number, rows in ((4, month(2026, 4, 0, 20)), (5, month(2026, 5, 20, 0)))
    )
    key = nps(read([*april, *may]))
    assert key.change == 200
    assert key.shown.is_small_sample
    assert key.verdict == "unclear"


@pytest.mark.parametrize(("last_day", "is_complete"), [(12, False), (28, False), (29, True), (31, True)])
def test_a_month_is_complete_when_its_comments_reach_its_last_three_days(last_day: int, is_complete: bool) -> None:
    figures = read(month(2026, 5, 40, 40, last_day))
    assert figures.is_current_complete is is_complete
    assert dict(figures.incomplete) == ({} if is_complete else {"2026-05": (date(2026, 5, 1), date(2026, 5, last_day))})


def test_key_figures_are_of_the_last_complete_month() -> None:
    months = [*month(2026, 3, 40, 40, 31), *month(2026, 4, 50, 30), *month(2026, 5, 60, 20, 12)]
    figures = read(months)
    assert (figures.current, figures.before) == ("2026-04", "2026-03")
    assert nps(figures).shown.value == pytest.approx(25)
    assert nps(figures).change == pytest.approx(25)
    assert figures.months[-1] == "2026-05"
    (said,) = incomplete_months(figures)
    assert said == "Mayo de 2026 llega hasta el día 12: está incompleto y no entra en las comparaciones."


def test_a_single_incomplete_month_is_shown_and_said_to_be_incomplete() -> None:
    figures = read(month(2026, 5, 20, 20, 12))
    assert (figures.current, figures.before) == ("2026-05", None)
    volume = next(key for key in figures.keys if key.measure.metric == "volume")
    assert volume.change is None
    assert "su volumen no se compara" in incomplete_months(figures)[0]


def test_a_first_month_that_begins_late_is_not_compared_with() -> None:
    late = [replace(row, at=row.at.replace(day=max(row.at.day, 10))) for row in month(2026, 3, 40, 40, 31) if row.at]
    figures = read([*late, *month(2026, 4, 40, 40)])
    assert (figures.current, figures.before) == ("2026-04", None)
    assert list(figures.incomplete) == ["2026-03"]
