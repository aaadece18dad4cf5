import math

import pandas as pd
import pytest

from fiber_pipeline.annotation.sentiment import LocalSentimentEngine, explain

TEXTS = [
    "El técnico muy amable, pero hace 3 días sin internet 😡",
    "No es malo",
    "IPORÃITEREI!!",
    "Estaría bueno que bajen el precio",
    "",
    "Regular",
    "excelente servicio… 3 días sin internet",
]


@pytest.mark.parametrize("text", TEXTS)
def test_an_explanation_ends_at_the_engines_answer(text: str) -> None:
    request = pd.DataFrame({"text": [text], "text_es": [None], "language": ["es"]})
    row = LocalSentimentEngine().answer(request).frame.iloc[0]
    explanation = explain(text)
    assert (explanation.sentiment, explanation.intensity, explanation.urgency) == (
        row["sentiment"],
        row["intensity"],
        row["urgency"],
    )
    assert explanation.score == pytest.approx(row["score"], abs=1e-4)
    assert explanation.confidence == row["confidence"]


@pytest.mark.parametrize("text", TEXTS)
def test_the_arithmetic_adds_up(text: str) -> None:
    explanation = explain(text)
    for clause in explanation.clauses:
        for evidence in clause.evidence:
            assert text[evidence.start : evidence.end] == evidence.words
            assert evidence.value == pytest.approx(evidence.base * math.prod(factor for _, factor in evidence.steps))
        assert clause.positive == pytest.approx(sum(max(evidence.value, 0) for evidence in clause.evidence))
        assert clause.negative == pytest.approx(sum(max(-evidence.value, 0) for evidence in clause.evidence))
    assert explanation.positive == pytest.approx(sum(clause.positive * clause.factor for clause in explanation.clauses))
    assert explanation.negative == pytest.approx(sum(clause.negative * clause.factor for clause in explanation.clauses))


def test_the_text_names_entry_rule_and_denial() -> None:
    rendered = str(explain("El técnico no fue amable y me cobraron dos veces"))
    assert "charged-wrongly" in rendered
    assert "denied by no" in rendered
    assert "negative" in rendered


def test_a_gloss_is_said_to_be_one() -> None:
    explanation = explain("xyzzy", "muy lento")
    assert explanation.from_gloss
    assert "read in its gloss" in str(explanation)


def test_nothing_is_said_to_be_nothing() -> None:
    assert "nothing weighs" in str(explain("soy cliente"))
