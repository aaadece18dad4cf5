"""What a model may write of names that the rules quote; the other checks are tested where sentences are written."""

import pytest

from fiber_pipeline.insight.citations import Statement
from fiber_pipeline.insight.free_writing import is_sound_action, problem_of

RULES = (Statement("El tema más urgente es «Triple play».", evidence=("a",)), Statement("«Plan mayo» se mencionó.", ()))


def problem(text: str) -> str | None:
    return problem_of(Statement(text, evidence=("a",)), RULES)


@pytest.mark.parametrize(
    "text", ["Lo que más urge es «Triple play».", "El triple play preocupa.", "Preocupa más el plan mayo que otros."]
)
def test_a_name_may_hold_a_number_or_a_month_in_words(text: str):
    assert problem(text) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("El triple de quejas es por el triple play.", "number in words (triple)"),
        ("Son triple players.", "number in words (triple)"),
        ("En mayo preocupó el plan mayo.", "month in words (mayo)"),
    ],
)
def test_what_is_not_the_name_may_not(text: str, found: str):
    assert found in str(problem(text))


def test_an_action_may_name_its_theme():
    assert is_sound_action("Revisar el triple play", "Llamar a quienes lo tienen.", RULES)
    assert not is_sound_action("Revisar el triple play", "Llamar al doble de clientes.", RULES)
    assert not is_sound_action("Revisar el triple play", "Llamar a quienes lo tienen.", ())
