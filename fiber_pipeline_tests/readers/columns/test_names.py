import pytest

from fiber_pipeline.readers.columns.names import EXACT, NEARLY, asks, is_company, is_untold, plain_name, strength


@pytest.mark.parametrize(
    ("header", "plain"),
    [
        ("Nro.", "numero"),
        ("N° de cliente", "numero de cliente"),
        ("#", "numero"),
        ("Obs. gral.", "observaciones general"),
        ("customerId", "customer id"),
        ("COMENTARIO_FINAL", "comentario final"),
        ("F. encuesta", "fecha encuesta"),
        ("¿Por qué no?", "por que no"),
    ],
)
def test_names_are_compared_spelt_out(header: str, plain: str) -> None:
    assert plain_name(header) == plain


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("Comentario.", "comment"),
        ("P3. Comentario", "comment"),
        ("Comentario (opcional)", "comment"),
        ("comment.value", "comment"),
        ("review.text", "comment"),
        ("snippet.textDisplay", "comment"),
        ("Edad.", "measure"),
        ("Nro.", "measure"),
        ("_score", "measure"),
        ("user.name", "other"),
        ("¿Nos recomendaría?", "nps"),
        ("Calif.", "rating"),
        ("Tipo de reclamo", "category"),
        ("Motivo del contacto", "category"),
        ("created_at", "date"),
    ],
)
def test_a_whole_path_or_its_telling_end_is_the_name(header: str, kind: str) -> None:
    assert strength(header, kind) == EXACT


def test_a_question_with_full_stops_keeps_all_its_words() -> None:
    header = "¿Nos recomendaría? 0 es nada probable. 10 es muy probable"
    assert strength(header, "nps") > 0
    assert asks(header)


def test_a_slip_of_the_pen_is_nearly_the_name() -> None:
    assert strength("Comentrio", "comment") == NEARLY
    assert strength("Fehca encuesta", "date") == NEARLY


@pytest.mark.parametrize(
    "header", ["reply.text", "reviewReply", "owner_answer", "Comentarios del operador", "Respuesta de la empresa"]
)
def test_what_the_company_says_is_told_anywhere_on_a_path(header: str) -> None:
    assert is_company(header)


@pytest.mark.parametrize("header", ["Respuesta", "Voz del cliente", "Comentario", "review.text", "Tu respuesta"])
def test_what_the_customer_says_is_not_the_companys(header: str) -> None:
    assert not is_company(header)


@pytest.mark.parametrize(("header", "untold"), [("P1", True), ("Q2_TEXT", True), ("column 3", True), ("Plan", False)])
def test_headers_that_say_nothing(header: str, untold: bool) -> None:
    assert is_untold(header) is untold
