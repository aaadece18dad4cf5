import pytest

from fiber_pipeline.annotation.language.guarani import load_dictionary
from fiber_pipeline.annotation.translation.conjugation import (
    PERSONS,
    imperative,
    is_infinitive,
    participle,
    plural,
    present,
)


@pytest.mark.parametrize(
    ("infinitive", "forms"),
    [
        ("hablar", ["hablo", "hablás", "habla", "hablamos", "hablan"]),
        ("hacer", ["hago", "hacés", "hace", "hacemos", "hacen"]),
        ("pedir", ["pido", "pedís", "pide", "pedimos", "piden"]),
        ("ir", ["voy", "vas", "va", "vamos", "van"]),
        ("ser", ["soy", "sos", "es", "somos", "son"]),
        ("estar", ["estoy", "estás", "está", "estamos", "están"]),
        ("alegrarse", ["me alegro", "te alegrás", "se alegra", "nos alegramos", "se alegran"]),
        ("agradecer", ["agradezco", "agradecés", "agradece", "agradecemos", "agradecen"]),
        ("dirigir", ["dirijo", "dirigís", "dirige", "dirigimos", "dirigen"]),
        ("tomar mate", ["tomo mate", "tomás mate", "toma mate", "tomamos mate", "toman mate"]),
        ("oír", ["oigo", "oís", "oye", "oímos", "oyen"]),
    ],
)
def test_present(infinitive: str, forms: list[str]) -> None:
    assert [present(infinitive, person) for person in PERSONS] == forms


@pytest.mark.parametrize(
    ("infinitive", "form"),
    [
        ("hablar", "hablado"),
        ("comer", "comido"),
        ("hacer", "hecho"),
        ("quejarse", "quejado"),
        ("tomar mate", "tomado mate"),
    ],
)
def test_participle(infinitive: str, form: str) -> None:
    assert participle(infinitive) == form


@pytest.mark.parametrize(
    ("noun", "form"),
    [("casa", "casas"), ("señal", "señales"), ("voz", "voces"), ("reunión", "reuniones"), ("lunes", "lunes")],
)
def test_plural(noun: str, form: str) -> None:
    assert plural(noun) == form


@pytest.mark.parametrize(
    ("infinitive", "form"), [("llamar", "llamá"), ("hacer", "hacé"), ("sentarse", "sentate"), ("ir", "andá")]
)
def test_imperative(infinitive: str, form: str) -> None:
    assert imperative(infinitive) == form


def test_every_verb_of_the_dictionary_can_be_inflected() -> None:
    verbs = [entry for entry in load_dictionary().entries if entry.part_of_speech == "v"]
    assert len(verbs) > 300
    for entry in verbs:
        assert is_infinitive(entry.spanish.partition(" ")[0]), entry
        for person in PERSONS:
            assert present(entry.spanish, person)
        assert participle(entry.spanish)
