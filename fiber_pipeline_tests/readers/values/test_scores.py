import pytest

from fiber_pipeline.readers.values.likert import likert_steps
from fiber_pipeline.readers.values.rating_scales import decide_form, decide_scale, scale_of_header
from fiber_pipeline.readers.values.scores import Rating, nps_group, read_nps, read_number, read_rating


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
        ("Promotor (9-10)", None, "promoter"),
        ("Detractores (0 a 6)", None, "detractor"),
        ("7-8 Neutro", None, "passive"),
        ("10 Muy probable", 10, "promoter"),
        ("0. Nada probable", 0, "detractor"),
        ("8 (de 10)", 8, "passive"),
        ("nueve", 9, "promoter"),
    ],
)
def test_nps_answers(cell, score, group):
    assert read_nps(cell) == (score, group)


@pytest.mark.parametrize(
    "cell",
    [
        11,
        -1,
        7.5,
        "11",
        "4/5",
        "no sé",
        "",
        None,
        True,
        float("nan"),
        "11 - x",
        "5 días sin internet",
        "10 puntos atención",
        "2 semanas esperando",
        "1. Muy buena la conexión, nunca se corta",
    ],
)
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
        ("5. Excelente", Rating(5.0, None)),
        ("FIVE", Rating(5.0, None)),
        ("four stars", Rating(4.0, "1-5")),
        ("cinco estrellas", Rating(5.0, "1-5")),
        ("6/7", Rating(6.0, "1-7")),
        ("85 %", Rating(85.0, "0-100")),
        ("80/100", Rating(80.0, "0-100")),
    ],
)
def test_ratings(cell, rating):
    assert read_rating(cell) == rating


@pytest.mark.parametrize(
    "cell",
    [11, -1, "6/5", "0 estrellas", "☆☆☆☆☆", "80/90", "muy bueno", "", None, False, "5 días sin internet", "120%"],
)
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


@pytest.mark.parametrize(
    ("header", "scale"),
    [("Califique nuestro servicio del 1 al 5", "1-5"), ("Nota (0-10)", "0-10"),
     ("En una escala de 1 a 7, ¿cómo…?", "1-7"),
     ("0 es nada probable. 10 es muy probable", "0-10"), ("CSAT %", "0-100"), ("Rate us from 1 to 10", "1-10"),
     ("Nota sobre 10", "0-10"), ("Nota", None), ("Encuesta 2025-10", None), ("Pregunta 1 y 4.2", None)],
)  # fmt: skip
def test_a_header_states_the_scale(header, scale):
    assert scale_of_header(header) == scale


@pytest.mark.parametrize(
    ("cells", "header", "scale"),
    [([5, 4, 1], "Califique del 1 al 7", "1-7"), ([85, 90, 100], "CSAT", "0-100"), ([8, 9], "Del 1 al 5", "0-10"),
     (["85%", "90 %"], "CSAT", "0-100"), ([4, 5, "-"], "Nota", "1-5")],
)  # fmt: skip
def test_how_a_column_of_ratings_is_read(cells, header, scale):
    assert decide_form(cells, header).scale == scale
    assert decide_form(cells, header, "1-10").scale == "1-10"


def test_shares_from_0_to_1_are_no_ratings():
    assert decide_form([1.0, 0.2, 0.85], "CSAT") is None
    assert decide_form([1.0, 0.0, 1.0], "CSAT") is not None


@pytest.mark.parametrize(
    ("answers", "steps"),
    [
        (["Muy satisfecho", "Insatisfecho", "Ni satisfecho ni insatisfecho"], [5, 2, 3]),
        (["Totalmente de acuerdo", "En desacuerdo", "Neutral"], [5, 2, 3]),
        (["Excelente", "Bueno", "Regular", "Malo", "Pésimo"], [5, 4, 3, 2, 1]),
        (["Excelente", "Muy bueno", "Bueno", "Regular", "Malo"], [5, 4, 3, 2, 1]),
        (["Strongly agree", "disagree", "-", None], [5, 2]),
        (["Muito satisfeito", "Insatisfeito"], [5, 2]),
    ],
)
def test_answers_in_words_are_steps_of_their_set(answers, steps):
    read = likert_steps(answers)
    assert [read[answer.lower().replace("é", "e")] for answer in answers if answer not in ("-", None)] == steps


def test_comments_are_no_answers_in_words():
    assert likert_steps(["Bueno", "Se corta", "Malo", "Lento"]) is None
    assert likert_steps([]) is None
