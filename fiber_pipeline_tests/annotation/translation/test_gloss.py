import pytest

from fiber_pipeline.annotation.translation import gloss
from fiber_pipeline.annotation.translation.gloss import gloss_word
from fiber_pipeline.text import fold


@pytest.mark.parametrize(
    ("word", "spanish"),
    [
        ("aguyje", "gracias"),
        ("Aguyje", "Gracias"),
        ("IPORÃ", "ES LINDO"),
        ("iporã", "es lindo"),
        ("naiporãi", "no es lindo"),
        ("naiporãvéi", "no es mejor"),
        ("ndahepýi", "no es caro"),
        ("iporãta", "va a ser lindo"),
        ("ajapo", "hago"),
        ("rejapo", "hacés"),
        ("ojapo", "hace"),
        ("jajapo", "hacemos"),
        ("pejapose", "quieren hacer"),
        ("ajapóta", "voy a hacer"),
        ("ojapokuaa", "puede hacer"),
        ("ndojapói", "no hace"),
        ("ndojapovéima", "ya no hace"),
        ("noguahẽmo'ãi", "no va a llegar"),
        ("noñekytĩriramo", "si no se corta"),
        ("ojapóma", "ya hace"),
        ("tojapo", "que haga"),
        ("ojapova'ekue", "ha hecho"),
        ("avy'a", "me alegro"),
        ("oñekytĩ", "se corta"),
        ("ohendu'ỹre", "sin oír"),
        ("cherógape", "en mi casa"),
        ("hembiapo", "su trabajo"),
        ("angirũkuéra", "amigos"),
        ("ndafuncionái", "no funciona"),
        ("lentoiterei", "muy lento"),
        ("facturakuéra", "facturas"),
        ("jahechápype", "dentro de a ver"),
        ("kuñáme", "en mujer"),
        ("kueheguare", "de ayer"),
    ],
)
def test_words(word: str, spanish: str) -> None:
    assert gloss_word(word) == spanish


@pytest.mark.parametrize("word", ["naiporãi", "ndojapói", "oñekytĩ", "pya'e", "ko'ẽrõ", "ajapóta"])
def test_marks_may_be_left_out(word: str) -> None:
    assert gloss_word(fold(word)) == gloss_word(word)


@pytest.mark.parametrize("word", ["brukenfeldpe", "xyz", "gato"])
def test_unknown_and_spanish_words_have_no_gloss(word: str) -> None:
    assert gloss_word(word) is None


@pytest.mark.parametrize(
    ("text", "spanish"),
    [
        ("Ndaipóri internet che rógape", "No hay internet en mi casa"),
        ("oky jave oñekytĩ", "cuando llueve se corta"),
        ("añe'ẽse supervisor ndive", "quiero hablar con supervisor"),
        ("Luque-pe ndaipóri señal", "en Luque no hay señal"),
        ("Pésima atención, nombohováiri", "Pésima atención, no responde"),
        ("che kueráima!!! 😡", "ya estoy harto!!! 😡"),
        ("ajerure pytyvõ", "pido ayuda"),
        ("che ru he'i", "mi padre dice"),
        ("che mba'apo hasy", "mi trabajo duele"),
        ("Aguyje, [TELEFONO] pe ehenói", "Gracias, [TELEFONO] ese llamá"),
    ],
)
def test_sentences(text: str, spanish: str) -> None:
    assert gloss(text) == (spanish, True)


@pytest.mark.parametrize("text", ["", "El servicio anda mal", "😡", "[TELEFONO]", "Gracias por todo, 10/10"])
def test_text_without_guarani_stays(text: str) -> None:
    assert gloss(text) == (text, False)
