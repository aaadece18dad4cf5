import pytest

from fiber_pipeline.annotation.sentiment import explain


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Voy a hacer la denuncia en Sedeco", "high"),
        ("Mi abogado les va a llamar", "high"),
        ("Estoy hace cuatro días sin internet", "high"),
        ("Mi abuela depende del oxígeno y necesitamos el teléfono, se corta siempre", "high"),
        ("Por culpa de ustedes pierdo clientes", "high"),
        ("Hay un cable pelado con chispas en la vereda", "high"),
        ("Se corta a cada rato", "medium"),
        ("Me cobraron doble", "medium"),
        ("Espero al técnico hace una semana", "medium"),
        ("Muy caro", "low"),
        ("Excelente servicio", "low"),
        ("Nunca se corta", "low"),
        ("¿Cómo hago para dar de baja la tele?", "low"),
        ("Atención pésima", "low"),
    ],
)
def test_urgency_follows_what_is_at_stake(text: str, level: str) -> None:
    explanation = explain(text)
    assert explanation.urgency == level
    assert bool(explanation.urgency_rules) is (level != "low")


def test_the_words_that_show_it_are_said_once() -> None:
    spans = [words for _, words in explain("hace 3 días estoy sin internet").urgency_rules]
    assert spans == ["hace 3 días estoy sin internet"]
