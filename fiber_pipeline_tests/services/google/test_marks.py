import pytest

from fiber_pipeline.services.google.marks import with_marks_of


@pytest.mark.parametrize(
    ("source", "translation", "repaired"),
    [
        ("ndaipóri señal", "no hay señal", "no hay señal"),
        ("ehenói [TELEFONO]-pe", "llame al [TELEFONO]", "llame al [TELEFONO]"),
        ("ehenói [TELEFONO]-pe", "llame al [Teléfono]", "llame al [TELEFONO]"),
        ("ehenói [TELEFONO]-pe", "llame al [ telefono ]", "llame al [TELEFONO]"),
        ("ehenói [TELEFONO]-pe", "llame al 【TELEFONO】", "llame al [TELEFONO]"),
        ("ehenói [TELEFONO]-pe", "call [PHONE NUMBER]", "call [TELEFONO]"),
        ("[NOMBRE] ha [NOMBRE]", "[Name] and [Name]", "[NOMBRE] and [NOMBRE]"),
        ("[NOMBRE] [TELEFONO]", "[nombre] at [PHONE]", "[NOMBRE] at [TELEFONO]"),
        # What the customer put in brackets is no mark.
        ("[sic] ehenói [TELEFONO]", "[sic] llame al [PHONE]", "[sic] llame al [TELEFONO]"),
    ],
)
def test_marks_come_back_as_they_went(source: str, translation: str, repaired: str):
    assert with_marks_of(source, translation) == repaired


@pytest.mark.parametrize(
    ("source", "translation"),
    [
        ("ehenói [TELEFONO]-pe", "llame al teléfono"),
        ("ehenói [TELEFONO]-pe", "llame"),
        ("[NOMBRE] ha [TELEFONO]", "[NAME] and [PHONE]"),
        ("[NOMBRE] ha [NOMBRE]", "[NOMBRE]"),
        ("[NOMBRE]", "[NOMBRE] y [NOMBRE]"),
        ("[NOMBRE] ha [TELEFONO]", "[NOMBRE] y [NOMBRE]"),
    ],
)
def test_a_mark_that_cannot_be_placed_for_certain_spoils_the_translation(source: str, translation: str):
    assert with_marks_of(source, translation) is None
