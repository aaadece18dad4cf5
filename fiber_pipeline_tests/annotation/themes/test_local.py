"""The local engine on hand-written comments: themes, their sentiment, evidence, conditions and explanations."""

import csv
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiber_pipeline.annotation.themes import LocalThemeEngine
from fiber_pipeline.tables.vocabulary import SENTIMENTS
from fiber_pipeline.text import fold

ENGINE = LocalThemeEngine()
SENTENCES = Path(__file__).parent / "sentences.tsv"
LEAST_F1 = 0.95
LEAST_SENTIMENT = 0.93


def request(*texts: str, text_es: list[str] | None = None) -> pd.DataFrame:
    return pd.DataFrame({"text": texts, "text_es": text_es or list(texts), "language": ["es"] * len(texts)})


def found(text: str) -> dict[str, str]:
    return {theme.theme: theme.sentiment for theme in ENGINE.find(text)}


def sentences() -> list[tuple[str, dict[str, str | None]]]:
    with SENTENCES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    expected = []
    for row in rows:
        themes: dict[str, str | None] = {}
        for label in filter(None, row["themes"].split(",")):
            theme, _, sentiment = label.partition(":")
            themes[theme] = sentiment or None
        expected.append((row["text"], themes))
    return expected


def test_the_sentences_are_many_and_distinct() -> None:
    texts = [text for text, _ in sentences()]
    assert len(texts) >= 250
    assert len(set(texts)) == len(texts)


def test_themes_of_the_sentences() -> None:
    hits = alarms = misses = 0
    wrong = []
    for text, expected in sentences():
        given_ = set(found(text))
        hits += len(given_ & set(expected))
        alarms += len(given_ - set(expected))
        misses += len(set(expected) - given_)
        if given_ != set(expected):
            wrong.append((text, given_))
    assert 2 * hits / (2 * hits + alarms + misses) >= LEAST_F1, wrong


def test_sentiment_towards_the_themes_of_the_sentences() -> None:
    right, wrong = 0, []
    for text, expected in sentences():
        given_ = found(text)
        for theme, sentiment in expected.items():
            if sentiment is not None and theme in given_:
                if given_[theme] == sentiment:
                    right += 1
                else:
                    wrong.append((text, theme, given_[theme]))
    assert right / (right + len(wrong)) >= LEAST_SENTIMENT, wrong


@pytest.mark.parametrize("change", [str.upper, str.lower, fold, lambda text: text + "!!!", lambda text: f"  {text} "])
def test_themes_survive_capitals_missing_accents_and_stress(change: object) -> None:
    assert callable(change)
    texts = [(text, expected) for text, expected in sentences() if expected]
    same = sum(set(found(text)) == set(found(change(text))) for text, _ in texts)
    assert same / len(texts) >= 0.98


@pytest.mark.parametrize(
    ("text", "theme"),
    [
        ("Me hicieron un corte de pelo en la peluquería", "outages"),
        ("Se cortó el césped del vecino", "outages"),
        ("Respondieron rápido", "speed"),
        ("Claro que estoy conforme", "cancellation"),
        ("La señal del wifi no llega a la cocina", "coverage"),
        ("Mi baja velocidad no cambia", "cancellation"),
        ("Para lo que pago está bien", "billing"),
        ("La app se cae a cada rato", "outages"),
        ("Quiero instalar la app en mi celular", "installation"),
        ("Hepyme'ẽ pya'e", "price"),
        ("Me cortaron la llamada", "outages"),
        ("La planta baja es fresca", "cancellation"),
    ],
)
def test_what_looks_like_a_theme_and_is_not(text: str, theme: str) -> None:
    assert theme not in found(text)


@pytest.mark.parametrize(
    ("text", "theme", "sentiment"),
    [
        ("se corta", "outages", "negative"),
        ("no se corta", "outages", "positive"),
        ("no puede ser que se corte", "outages", "negative"),
        ("no pasa un día sin que se corte", "outages", "negative"),
        ("sin microcortes, excelente", "outages", "positive"),
        ("La atención: pésima", "customer_service", "negative"),
        ("Tienen planes nuevos? Gracias!", "plans", "neutral"),
        ("El wifi anda bien pero mal a la noche", "wifi", "mixed"),
        ("Todo excelente menos el precio", "price", "negative"),
        ("velocidad excelente y precio horrible", "speed", "positive"),
        ("velocidad excelente y precio horrible", "price", "negative"),
    ],
)
def test_sentiment_belongs_to_the_theme(text: str, theme: str, sentiment: str) -> None:
    assert found(text)[theme] == sentiment


def test_evidence_is_what_stands_at_its_spans() -> None:
    frame = ENGINE.answer(request(*(text for text, _ in sentences()))).frame
    assert len(frame) > 250
    texts = [text for text, _ in sentences()]
    for item, evidence, spans in zip(frame["item"], frame["evidence"], frame["evidence_spans"], strict=True):
        assert evidence
        assert evidence == [texts[item][span["start"] : span["end"]] for span in spans]
        ends = [span["end"] for span in spans]
        assert all(span["start"] > end for span, end in zip(spans[1:], ends, strict=False))


def test_the_answer_keeps_the_protocol() -> None:
    answers = ENGINE.answer(request("Rápido pero se corta", "Muy bueno", "carísimo"))
    frame = answers.frame
    assert list(frame.columns) == [
        "item",
        "theme",
        "category",
        "relevance",
        "sentiment",
        "score",
        "evidence",
        "evidence_spans",
        "prompt_version",
    ]
    assert frame["item"].tolist() == [0, 0, 2]
    assert frame["theme"].tolist() == ["speed", "outages", "price"]
    assert frame["relevance"].between(0, 1).all()
    assert frame["score"].between(-1, 1).all()
    assert set(frame["sentiment"]) <= set(SENTIMENTS)
    assert not answers.unanswered


def test_no_texts_and_texts_without_themes_give_an_empty_frame() -> None:
    for empty in (ENGINE.answer(request()).frame, ENGINE.answer(request("", ".", "👍", "[TELEFONO]")).frame):
        assert len(empty) == 0
        assert empty["item"].dtype == "int64"


def test_answers_repeat() -> None:
    texts = [text for text, _ in sentences()]
    first = ENGINE.answer(request(*texts)).frame
    again = LocalThemeEngine().answer(request(*reversed(texts))).frame
    again["item"] = len(texts) - 1 - again["item"]
    again = again.sort_values("item", kind="stable").reset_index(drop=True)
    pd.testing.assert_frame_equal(first, again)


def test_a_translation_is_read_where_the_original_shows_nothing() -> None:
    frame = ENGINE.answer(request("Zu teuer", text_es=["Muy caro"])).frame
    assert frame["theme"].tolist() == ["price"]
    assert frame["evidence"].tolist() == [["caro"]]
    assert frame["evidence_spans"].tolist() == [[]]


def test_the_original_goes_before_its_translation() -> None:
    frame = ENGINE.answer(request("Hepy", text_es=["La velocidad"])).frame
    assert frame["theme"].tolist() == ["price"]


def test_the_theme_that_fills_the_comment_is_the_more_relevant() -> None:
    relevance = {
        theme.theme: theme.relevance
        for theme in ENGINE.find("Hace dos semanas que el internet se corta todas las noches cuando trabajo, y es caro")
    }
    assert relevance["outages"] > relevance["price"]
    (alone,) = ENGINE.find("Caro")
    assert alone.relevance == 1.0


def test_an_explanation_names_rules_words_and_objections() -> None:
    explanation = ENGINE.explain("Respondieron rápido pero es caro")
    assert ("price", "caro") in [(reason.theme, reason.words) for reason in explanation.reasons]
    assert all(reason.origin.startswith("taxonomy.yaml:") for reason in explanation.reasons)
    (objection,) = [one for one in explanation.objections if one.reason.theme == "speed"]
    assert objection.condition == "unless"
    assert objection.reason.words == "rápido"
    plain = str(explanation)
    assert "price: negative" in plain
    assert "not speed: «rápido»" in plain
    assert "no theme" in str(ENGINE.explain("Todo bien"))


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("abcdeé ñỹ'.,!?()[]0123-🙂\n\u0303"), max_size=60))
def test_any_text_is_answered(text: str) -> None:
    frame = ENGINE.answer(request(text)).frame
    for spans in frame["evidence_spans"]:
        assert all(0 <= span["start"] < span["end"] <= len(text) for span in spans)
