import pytest

from fiber_pipeline.readers.rating_scales import decide_scale
from fiber_pipeline.readers.scores import Rating, nps_group, read_nps, read_number, read_rating


@pytest.mark.parametrize(
    ("cell", "score", "group"),
    [
        (9, 9, "promoter"),
        (7.0, 7, "passive"),
        ("0", 0, "detractor"),
        ("9/10", 9, "promoter"),
        ("8 de 10", 8, "passive"),
        ("10 - Muy probable", 10, "promoter"),
        ("0: Nada probable", 0, "detractor"),
        ("Muy probable (10)", 10, "promoter"),
        ("8,0", 8, "passive"),
        ("Promotor", None, "promoter"),
        ("PASIVOS", None, "passive"),
        ("detractora", None, "detractor"),
    ],
)
def test_nps_answers(cell, score, group):
    assert read_nps(cell) == (score, group)


@pytest.mark.parametrize("cell", [11, -1, 7.5, "11", "4/5", "no sé", "", None, True, float("nan"), "11 - x"])
def test_what_is_no_nps_answer_is_none(cell):
    assert read_nps(cell) is None


def test_the_groups_bounds():
    assert [nps_group(score) for score in (0, 6, 7, 8, 9, 10)] == [
        "detractor", "detractor", "passive", "passive", "promoter", "promoter",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "rating"),
    [
        (4, Rating(4.0, None)),
        ("4,5", Rating(4.5, None)),
        ("4/5", Rating(4.0, "1-5")),
        ("8 sobre 10", Rating(8.0, "0-10")),
        ("★★★★☆", Rating(4.0, "1-5")),
        ("⭐️⭐️⭐️", Rating(3.0, "1-5")),
        ("4 estrellas", Rating(4.0, "1-5")),
        ("1 estrella", Rating(1.0, "1-5")),
        ("5 - Excelente", Rating(5.0, None)),
    ],
)
def test_ratings(cell, rating):
    assert read_rating(cell) == rating


@pytest.mark.parametrize("cell", [11, -1, "6/5", "0 estrellas", "☆☆☆☆☆", "80/90", "muy bueno", "", None, False])
def test_what_is_no_rating_is_none(cell):
    assert read_rating(cell) is None


@pytest.mark.parametrize(
    ("values", "scale"),
    [([1, 5, 3], "1-5"), ([1, 5, 8], "0-10"), ([0, 3], "0-10"), ([5] * 40 + [9], "1-5"), ([], "0-10")],
)
def test_the_scale_of_a_column(values, scale):
    assert decide_scale(Rating(float(value), None) for value in values) == scale


def test_a_stated_scale_decides():
    assert decide_scale([Rating(4.0, "0-10"), Rating(3.0, None)]) == "0-10"


def test_decimal_commas():
    assert read_number("3,5") == 3.5
    assert read_number(" -2.25 ") == -2.25
    assert read_number("1.234,5") is None
