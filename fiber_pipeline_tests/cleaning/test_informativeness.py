"""Which answers say something."""

import pytest

from fiber_pipeline.cleaning import is_informative


@pytest.mark.parametrize(
    "text",
    [
        *("", ".", "...", "-", "--", "?", "¿?", "!!!", "x", "X", "xx", "a", "0", "10", "8.", "123"),
        *(
            "No",
            "NO",
            "no.",
            "Nooo",
            "si",
            "Sí",
            "ok",
            "OK!",
            "n/a",
            "N.A.",
            "N/C",
            "ns/nc",
            "nada",
            "Nadaaa",
            "NADA!!",
        ),
        *("Ninguno", "ninguna", "Ningúno", "Ninguna gracias", "No, gracias", "no nada", "nada más", "por ahora no"),
        *(
            "Sin comentarios",
            "SIN COMENTARIO",
            "sin comentarios.",
            "No tengo comentarios",
            "no aplica",
            "no sé",
            "Eso es todo",
        ),
        *("ninguna sugerencia", "sin novedades", "null", "test", "asdasd", "jajaja", "jaja"),
        *(
            "ndaipóri",
            "Ndaipori",
            "NDAIPÓRI",
            "mba'eve",
            "Mba’eve",
            "nahániri",
            "hẽe",
            "none",
            "nothing",
            "No comments",
        ),
        *("[TELEFONO]", "[NOMBRE] [CEDULA]"),
    ],
)
def test_empty_answers(text: str) -> None:
    assert not is_informative(text)


@pytest.mark.parametrize(
    "text",
    [
        *("Bueno", "malo", "LENTO", "Excelente", "excelenteee", "caro", "Gracias", "regular", "todo bien", "Todo ok"),
        *("👍", "👎🏽", "❤️", ":)", ":(", "10/10", "100%", "no anda", "No me gusta", "nada funciona", "sin internet"),
        *("sin señal", "No hay señal", "ninguna queja, excelente", "Iporã", "ivai", "ndoikói", "ndaipóri internet"),
        *("good", "bom", "wifi", "precio", "no sirve", "ni un solo problema", "llamen al [TELEFONO]"),
    ],
)
def test_answers_that_say_something(text: str) -> None:
    assert is_informative(text)
