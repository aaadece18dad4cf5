import pytest

from fiber_pipeline.annotation.language.morphology import analyse, analyse_loan
from fiber_pipeline.annotation.language.vocabulary import load_vocabulary
from fiber_pipeline.text import fold


@pytest.mark.parametrize(
    ("word", "prefixes", "root", "suffixes", "negated"),
    [
        ("aguata", ["a"], "guata", [], False),
        ("reguata", ["re"], "guata", [], False),
        ("jaguata", ["ja"], "guata", [], False),
        ("peguata", ["pe"], "guata", [], False),
        ("oipytyvõ", ["o"], "ipytyvõ", [], False),
        ("ñañepyrũ", ["na"], "ñepyrũ", [], False),
        ("ojapose", ["o"], "japo", ["se"], False),
        ("ojaposeta", ["o"], "japo", ["se", "ta"], False),
        ("noguahẽi", ["no"], "guahẽ", [], True),
        ("ndojapói", ["ndo"], "japo", [], True),
        ("ndajapoiri", ["nda"], "japo", [], True),
        ("nderejapói", ["ndere"], "japo", [], True),
        ("ndojaposéi", ["ndo"], "japo", ["se"], True),
        ("ndojapovéima", ["ndo"], "japo", ["ve", "ma"], True),
        ("naiporãi", ["nai"], "porã", [], True),
        ("iporãiterei", ["i"], "porã", ["iterei"], False),
        ("cherógape", ["che"], "róga", ["pe"], False),
        ("angirũkuéra", [], "angirũ", ["kuera"], False),
        ("oñemyatyrõ", ["o"], "ñemyatyrõ", [], False),
    ],
)
def test_affixes(word: str, prefixes: list[str], root: str, suffixes: list[str], negated: bool) -> None:
    analysis = analyse(fold(word))
    assert analysis is not None
    assert analysis.entry is not None
    assert [affix.form for affix in analysis.prefixes] == prefixes
    assert analysis.entry.form == root
    assert [affix.form for affix in analysis.suffixes] == suffixes
    assert analysis.is_negated is negated


@pytest.mark.parametrize("word", ["reclamo", "servicio", "x", "qqq", "tecnologia", "brrr"])
def test_words_that_are_not_guarani(word: str) -> None:
    assert analyse(word) is None


@pytest.mark.parametrize(
    ("word", "root"),
    [
        ("ndafuncionái", "funciona"),
        ("oinstalata", "instala"),
        ("lentoiterei", "lento"),
        ("reclamokuéra", "reclamo"),
        ("facturagui", "factura"),
        ("ndocargavéi", "carga"),
        ("pagakue", "paga"),
    ],
)
def test_spanish_roots_in_guarani_form(word: str, root: str) -> None:
    loan = analyse_loan(fold(word), load_vocabulary().spanish.__contains__)
    assert loan is not None
    assert loan.root == root
    assert loan.entry is None


@pytest.mark.parametrize("word", ["digame", "pasarse", "problema", "cuenta", "amigo", "carpeta"])
def test_spanish_endings_are_no_guarani_suffixes(word: str) -> None:
    assert analyse_loan(word, load_vocabulary().spanish.__contains__) is None
