import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiber_pipeline.annotation.language.decision import decide
from fiber_pipeline.text import fold

SPANISH = [
    "El servicio anda mal desde ayer a la tarde",
    "Se corta a cada rato y nadie contesta",
    "Muy caro para ser tan lento",
    "q mala onda xq no atienden nunca",
    "Pésimo",
    "Ninguna",
    "rapidez",
    "son unos chorros",
    "Ha llegado tarde el técnico",
    "Mi mamá y mi nene usan toda la tarde",
    "Los ñoquis de la señora son de acá al lado",
    "La mano de obra es cara",
    "Mala la señal en la ciudad de siempre",
]
GUARANI = [
    "Ndaipóri señal che rógape mokõi ára guive",
    "Iporãiterei ko tembiapo",
    "Mba'éichapa ajapóta ko'ẽrõ",
    "Aha'arõ aína mbohapy ára ha avave noguahẽi",
    "Ndoikói",
    "Pya'e",
    "Hepyeterei",
    "Aguyje peẽme",
]
MIXED = [
    "Ndaipóri internet todo el día y nadie responde",
    "Iporã la atención pero hepyeterei el plan nuevo",
    "Muy buen servicio, aguyje",
    "agradeceterei la ayuda de ustedes",
    "El técnico ou va'ekue y no arregló nada",
    "ndafuncionái el decodificador",
    "Pya'e pero hepy",
    "Siempre se cae cuando oky",
    "Che ajapo reclamo y mba'eve",
]


@pytest.mark.parametrize("text", SPANISH)
def test_spanish(text: str) -> None:
    assert decide(text).language == "es"


@pytest.mark.parametrize("text", GUARANI)
def test_guarani(text: str) -> None:
    assert decide(text).language == "gn"


@pytest.mark.parametrize("text", MIXED)
def test_mixed(text: str) -> None:
    assert decide(text).language == "mixed"


@pytest.mark.parametrize("text", SPANISH + GUARANI + MIXED)
@pytest.mark.parametrize("spelling", [str.upper, str.lower, fold], ids=["capitals", "small", "no marks"])
def test_spelling_does_not_change_the_language(text: str, spelling: type[str]) -> None:
    assert decide(spelling(text)).language == decide(text).language


@pytest.mark.parametrize("word", ["Iporãaaaa", "ivaiiiii", "pyaeeee", "NDOIKOIIII"])
def test_stretched_letters(word: str) -> None:
    assert decide(word).language == "gn"


@pytest.mark.parametrize("apostrophe", list("'’‘ʼ´`"))
def test_any_apostrophe_is_a_puso(apostrophe: str) -> None:
    assert decide(f"pya{apostrophe}e omba{apostrophe}apo hikuái").language == "gn"


def test_hats_are_read_as_tildes() -> None:
    assert decide("Oîporâ, oñekytî").language == decide("Oĩporã, oñekytĩ").language == "gn"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The internet is very slow", "en"),
        ("Good", "en"),
        ("Excellent service, very fast", "en"),
        ("O serviço é muito bom", "pt"),
        ("Não funciona", "pt"),
        ("Muito ruim", "pt"),
        ("Le service est très lent", "other"),
        ("Sehr schlecht, immer langsam", "other"),
        ("Il servizio è ottimo", "other"),
        ("Очень плохо", "other"),
        ("とても遅い", "other"),
        ("빨라요", "other"),
    ],
)
def test_other_languages(text: str, language: str) -> None:
    assert decide(text).language == language


@pytest.mark.parametrize(
    "text", ["", "  ", ".", "123", "10/10", "-", "😡😡", "👍🏽", "N/A", "n.a.", "ok", "jajajaja", "wifi", "Tigo", ":)"]
)
def test_nothing_to_tell_a_language_by(text: str) -> None:
    decision = decide(text)
    assert decision.language == "und"
    assert decision.spans == ()


@pytest.mark.parametrize("text", ["Internetpe", "wifi oĩ", "che ha che memby"])
def test_technical_words_do_not_make_guarani_mixed(text: str) -> None:
    assert decide(text).language == "gn"


@pytest.mark.parametrize("text", ["año", "La casa", "ñato", "la", "lo de la señora", "mañana"])
def test_enye_and_the_shared_articles_are_no_sign_of_guarani(text: str) -> None:
    assert decide(text).language == "es"


@pytest.mark.parametrize("text", ["gustoite", "lentoiterei", "pagakue", "ndafuncionái", "apaga'i", "reclamokuéra"])
def test_a_spanish_root_in_guarani_form_is_a_mix(text: str) -> None:
    assert decide(text).language == "mixed"


def test_names_inside_a_sentence_say_nothing() -> None:
    assert decide("Che réra Marcos Cardozo ha aiko Lambarépe").language == "gn"
    assert decide("Mala la señal en Ñemby y en Areguá").language == "es"
    assert decide("Me atendió Kerembú Ñamandu en la oficina").language == "es"


def test_spans_show_where_each_language_stands() -> None:
    text = "Pésima atención, ndaipóri señal"
    spans = decide(text).spans
    assert [(text[start:end], language) for start, end, language in spans] == [
        ("Pésima atención", "es"),
        ("ndaipóri", "gn"),
        ("señal", "es"),
    ]


@given(
    st.lists(
        st.sampled_from([*"áñ'’!😀[]-. 1", *" ".join(GUARANI + MIXED).split(), "[TELEFONO]", "Tigo"]), max_size=25
    ).map(" ".join)
)
def test_spans_lie_in_the_text_in_order_and_apart(text: str) -> None:
    decision = decide(unicodedata.normalize("NFC", text))
    position = 0
    for start, end, language in decision.spans:
        assert position <= start < end <= len(text)
        assert language in ("es", "gn", "en", "pt", "other")
        position = end
    assert 0.0 <= decision.confidence <= 1.0
    assert bool(decision.spans) == (decision.language != "und")


@given(st.text(max_size=60).map(lambda text: unicodedata.normalize("NFC", text)))
def test_any_text_gets_a_language(text: str) -> None:
    assert decide(text).language in ("es", "gn", "mixed", "en", "pt", "other", "und")


def test_more_evidence_gives_more_confidence() -> None:
    assert (
        decide("ha").confidence
        < decide("Ndaipóri señal").confidence
        < decide("Ndaikatúi aporu, avave nomoĩporãi").confidence
    )
    assert decide("grofla").confidence < decide("No anda nada el servicio").confidence
