import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiber_pipeline.text import tokenize


def surfaces(text: str, kind: str) -> list[str]:
    return [token.surface for token in tokenize(text) if token.kind == kind]


@pytest.mark.parametrize("apostrophe", list("'’‘ʼʹʻꞌ´`′"))
def test_every_apostrophe_stays_inside_a_guarani_word(apostrophe: str) -> None:
    word = f"mba{apostrophe}éichapa"
    assert surfaces(f"{word} la señal", "word") == [word, "la", "señal"]
    assert tokenize(word)[0].folded == "mbaeichapa"


def test_nasal_letters_without_a_composed_form_stay_whole() -> None:
    assert surfaces("g̃uahẽ tag̃aite", "word") == ["g̃uahẽ", "tag̃aite"]
    assert [token.folded for token in tokenize("g̃uahẽ")] == ["guahe"]


def test_a_quoted_word_loses_its_quotes() -> None:
    assert surfaces("dijo 'bueno' y cortó", "word") == ["dijo", "bueno", "y", "cortó"]


def test_marks_of_redaction_are_one_token() -> None:
    assert surfaces("llamen al [TELEFONO] ya", "mark") == ["[TELEFONO]"]


def test_words_may_hold_digits_and_numbers_stand_alone() -> None:
    tokens = tokenize("pagué 150.000 por 2x1 en p2p")
    assert [(token.surface, token.kind) for token in tokens if token.kind != "punctuation"] == [
        ("pagué", "word"),
        ("150.000", "number"),
        ("por", "word"),
        ("2", "number"),
        ("x1", "word"),
        ("en", "word"),
        ("p2p", "word"),
    ]


def test_stretched_letters_are_folded_and_known() -> None:
    token = tokenize("Leeeento")[0]
    assert token.folded == "lento"
    assert token.is_stretched


@given(st.text(max_size=80).map(lambda text: unicodedata.normalize("NFC", text)))
def test_tokens_stand_in_order_and_leave_out_nothing_but_white_space(text: str) -> None:
    position = 0
    for token in tokenize(text):
        assert token.start >= position
        assert text[token.start : token.end] == token.surface
        assert not text[position : token.start].strip()
        position = token.end
    assert not text[position:].strip()
