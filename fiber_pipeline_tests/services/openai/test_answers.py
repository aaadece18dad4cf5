import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiber_pipeline.services.openai.answers import (
    Annotation,
    Summary,
    Translation,
    annotation_of,
    reply_schema,
    sort_answers,
)
from fiber_pipeline.services.openai.evidence import locate, locate_all
from fiber_pipeline.services.operation import Item
from fiber_pipeline_tests.servers.openai_schema import schema_problem

TEXT = "El internet se CORTA siempre,\nndaikatúi chéve  amba'apo y nadie atiende"
FORM = annotation_of(["outages", "customer_service"])


def said(**changes: Any) -> dict[str, Any]:
    return {
        "id": "1",
        "sentiment": "negative",
        "score": -0.8,
        "intensity": "strong",
        "confidence": 1,
        "evidence": ["se corta siempre"],
        "emotions": [],
        "urgency": "low",
        "urgency_evidence": [],
        "themes": [],
        **changes,
    }


def theme(**changes: Any) -> dict[str, Any]:
    whole = {"theme": "outages", "relevance": 0.9, "sentiment": "negative", "score": -0.5, "evidence": ["se corta"]}
    return {**whole, **changes}


def sort(*answers: Any, text: str = TEXT) -> tuple[dict[int, Any], dict[int, str]]:
    return sort_answers(FORM, [Item(text)], ["1"], json.dumps({"answers": answers}))


def kept(**changes: Any) -> dict[str, Any]:
    answers, flawed = sort(said(**changes))
    assert not flawed
    return answers[0]


@pytest.mark.parametrize(
    ("cited", "words"),
    [
        ("se CORTA siempre", "se CORTA siempre"),
        ("se corta siempre", "se CORTA siempre"),
        ("“nadie atiende.”", "nadie atiende"),
        ("ndaikatui cheve amba’apo", "ndaikatúi chéve  amba'apo"),
        ("siempre, ndaikatúi", "siempre,\nndaikatúi"),
        ("tiende", None),
        ("se corta nadie", None),
        ("", None),
        ("…", None),
    ],
)
def test_cited_words_are_found_as_the_customer_wrote_them(cited: str, words: str | None):
    span = locate(TEXT, cited)
    assert (span and TEXT[span[0] : span[1]]) == words


def test_words_that_stand_there_as_words_are_preferred_to_parts_of_words():
    assert locate("malísimo y mal", "mal") == (11, 14)


def test_overlapping_stretches_become_one():
    assert locate_all(TEXT, ["CORTA siempre", "se corta", "nadie"]) == [(12, 28), (58, 63)]


@given(st.text(max_size=60), st.text(max_size=20))
def test_what_is_located_is_in_the_text(text: str, cited: str):
    span = locate(text, cited)
    if span is not None:
        assert 0 <= span[0] < span[1] <= len(text)


@given(st.text(alphabet="aáÁ'ñ g̃ẽ\n.,xX", min_size=1, max_size=30))
def test_a_text_stands_in_itself(text: str):
    if any(character.isalnum() for character in text):
        assert locate(text, text) is not None


def test_evidence_is_kept_in_the_customers_spelling_and_made_up_evidence_is_not():
    answer = kept(
        evidence=["se corta", "es una estafa"],
        themes=[theme(evidence=["siempre SE CORTA", "se corta"]), theme(theme="customer_service", evidence=["Nadie"])],
        urgency_evidence=["hoy mismo"],
    )
    assert answer["evidence"] == ["se CORTA"]
    assert answer["urgency_evidence"] == []
    assert [(each["evidence"], each["spans"]) for each in answer["themes"]] == [
        (["se CORTA"], [[12, 20]]),
        (["nadie"], [[58, 63]]),
    ]


def test_at_most_three_emotions_are_kept_strongest_first():
    emotions = [
        {"emotion": emotion, "strength": strength, "evidence": ["siempre", "nunca"]}
        for emotion, strength in (("anger", 0.2), ("fear", 0.9), ("sadness", 0.4), ("anger", 0.5))
    ]
    assert kept(emotions=emotions)["emotions"] == [
        {"emotion": "fear", "strength": 0.9, "evidence": ["siempre"]},
        {"emotion": "anger", "strength": 0.5, "evidence": ["siempre"]},
        {"emotion": "sadness", "strength": 0.4, "evidence": ["siempre"]},
    ]


@pytest.mark.parametrize(
    ("changes", "flaw"),
    [
        ({"sentiment": "muy malo"}, "garbled: sentiment: literal_error"),
        ({"score": -1.5}, "garbled: score: greater_than_equal"),
        ({"score": "-0.5"}, "garbled: score: float_type"),
        ({"confidence": True}, "garbled: confidence: float_type"),
        ({"confidence": 2}, "garbled: confidence: less_than_equal"),
        ({"score": 0.8}, "garbled: a score has the opposite sign of its sentiment"),
        ({"orden": "obedecida"}, "garbled: an unknown key"),
        ({"themes": [theme(theme="price")]}, "garbled: themes.*.theme: literal_error"),
        ({"themes": [theme(evidence=["muy caro"])]}, "garbled: a theme is shown by no words of the text"),
        ({"themes": [theme(), theme()]}, "garbled: a theme is given twice"),
        ({"themes": [theme(score=0.5)]}, "garbled: a score has the opposite sign of its sentiment"),
    ],
)
def test_an_answer_that_breaks_the_form_is_not_kept(changes: dict[str, Any], flaw: str):
    assert sort(said(**changes)) == ({}, {0: flaw})


@pytest.mark.parametrize("content", ["", "null", "[]", '{"answers": {}}', '{"answers": [', "Claro, aquí está"])
def test_a_reply_of_another_form_is_garbled_as_a_whole(content: str):
    answers, flawed = sort_answers(FORM, [Item("a"), Item("b")], ["1", "2"], content)
    assert not answers and list(flawed) == [0, 1]


def test_ids_that_are_no_texts_are_foreign():
    answers, flawed = sort(said(id=1), ["1"], None, {"texto": "1"})
    assert not answers and flawed == {0: "missing; an answer had a foreign id"}


@pytest.mark.parametrize("form", [FORM, Annotation, Translation, Summary])
def test_schemas_are_legal_in_strict_mode(form: Any):
    assert schema_problem("form", reply_schema(form)) is None


def test_the_taxonomy_bounds_the_themes():
    written = json.dumps(reply_schema(FORM))
    assert '"enum": ["outages", "customer_service"]' in written
