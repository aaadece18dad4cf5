"""How words as customers type them find the forms they stand for."""

import pytest

from fiber_pipeline.annotation.themes import load_taxonomy
from fiber_pipeline.annotation.themes.taxonomy import Spelling
from fiber_pipeline.annotation.themes.words import WordIndex
from fiber_pipeline.text import fold

FORMS = [
    frozenset({"factura"}),
    frozenset({"internet"}),
    frozenset({"instal*"}),
    frozenset({"lento"}),
    frozenset({"velocidad"}),
    frozenset({"router"}),
    frozenset({"wifi"}),
    frozenset({"caro"}),
]
SPELLING = Spelling(variants={"inet": "internet"}, never=frozenset({"fractura"}))


@pytest.mark.parametrize(
    ("typed", "form"),
    [
        ("Factura", "factura"),
        ("factuura", "factura"),
        ("facutra", "factura"),
        ("fatura", "factura"),
        ("intenet", "internet"),
        ("inet", "internet"),
        ("internetpe", "internet"),
        ("internetgui", "internet"),
        ("facturakuérape", "factura"),
        ("facturita", "factura"),
        ("lentísimo", "lento"),
        ("lentito", "lento"),
        ("velosidad", "velocidad"),
        ("belocidad", "velocidad"),
        ("oinstala", "instal*"),
        ("ndoinstaláiti", "instal*"),
        ("ruter", "router"),
        ("wifii", "wifi"),
        ("wifigui", "wifi"),
        ("carísimo", "caro"),
    ],
)
def test_a_misspelt_or_inflected_word_finds_its_form(typed: str, form: str) -> None:
    found = WordIndex(FORMS, SPELLING).sets_of(fold(typed))
    assert [set(FORMS[place]) for place in found] == [{form}]


@pytest.mark.parametrize("typed", ["fractura", "carro", "interno", "lentes", "casa", "wi", "rutina", "olvidar"])
def test_another_word_is_not_taken_for_a_misspelt_one(typed: str) -> None:
    assert not WordIndex(FORMS, SPELLING).sets_of(typed)


def test_words_of_the_trade_are_not_corrected_into_each_other() -> None:
    taxonomy = load_taxonomy()
    clashes = set(taxonomy.spelling.never) & set(taxonomy.spelling.variants)
    assert not clashes
