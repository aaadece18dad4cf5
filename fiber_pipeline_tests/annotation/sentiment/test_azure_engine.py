"""The engine over the wire: the SDK, a server that speaks the service's protocol, a real store."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from fiber_pipeline.annotation.engines import Answers, collect
from fiber_pipeline.annotation.sentiment import LocalSentimentEngine
from fiber_pipeline.annotation.sentiment.azure_engine import AzureSentimentEngine, confidence, evidence, judge
from fiber_pipeline.services.azure import AzureResource, sentiment_service
from fiber_pipeline.services.azure.sentiment import MinedSentiment, Scores, Sentence
from fiber_pipeline.services.failures import UnknownPrice
from fiber_pipeline.services.service import Usage
from fiber_pipeline.tables import SENTIMENT_SCORES
from fiber_pipeline_tests.servers import azure_server
from fiber_pipeline_tests.servers.azure_server import AzureServer
from fiber_pipeline_tests.servers.faults import STATUS, Fault
from fiber_pipeline_tests.services.embedded import embedded_enricher

LOCAL = LocalSentimentEngine()
ROWS = [
    ("El internet es lento, voy a cancelar", "El internet es lento, voy a cancelar", "es"),
    ("La atención es excelente. El precio es caro", "La atención es excelente. El precio es caro", "es"),
    ("Ivaieterei pe internet", "Es muy malo el internet", "gn"),
    ("Too slow", "Too slow", "en"),
    ("", "", "und"),
    ("Llega a las ocho", "Llega a las ocho", "es"),
]


def request(rows: Sequence[tuple[str, str, str]] = ROWS) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["text", "text_es", "language"])


def engine(server: AzureServer, folder: Path) -> AzureSentimentEngine:
    return AzureSentimentEngine(
        embedded_enricher(folder), [sentiment_service(AzureResource(server.base_url, "key"))], LOCAL
    )


def test_sentiment_is_the_services_and_emotions_and_urgency_are_the_local_engines(tmp_path: Path):
    with AzureServer() as server:
        answers = engine(server, tmp_path).answer(request())
    frame = answers.frame.set_index("item")
    assert frame["sentiment"].tolist() == ["negative", "mixed", "negative", "negative", "neutral", "neutral"]
    assert frame.loc[0, "score"] == pytest.approx(-0.9)
    assert frame.loc[0, "intensity"] == "strong"
    assert list(frame.loc[0, "evidence"]) == ["lento"]
    assert list(frame.loc[1, "evidence"]) == ["excelente", "caro"]
    # Of Guaraní the Spanish text was sent, so evidence is in its words.
    assert list(frame.loc[2, "evidence"]) == ["malo"]
    assert list(frame.loc[5, "evidence"]) == []
    own = LOCAL.answer(request()).frame.set_index("item")
    for column in ("emotions", "urgency", "urgency_evidence"):
        assert frame[column].tolist() == own[column].tolist()
    assert frame.loc[0, "urgency"] != "low"
    assert not answers.unanswered


def test_each_row_says_who_made_it(tmp_path: Path):
    with AzureServer(model_version="2026-06-01") as server:
        made = engine(server, tmp_path)
        frame = made.answer(request()).frame.set_index("item")
    assert frame.loc[0, "model"] == f"sentiment 2026-06-01, emotions and urgency {LOCAL.model}"
    assert frame.loc[4, "model"] == LOCAL.model, "nothing was sent of a text without a character"
    assert (made.name, made.model) == ("azure", f"sentiment latest, emotions and urgency {LOCAL.model}")


def test_what_is_sent_is_the_text_in_a_language_the_service_reads(tmp_path: Path):
    with AzureServer() as server:
        engine(server, tmp_path).answer(request())
        said = [text for exchange in server.record for text in exchange.said]
    assert "Es muy malo el internet" in said and "Ivaieterei pe internet" not in said
    assert [said[place + 1] for place, text in enumerate(said) if text == "language"] == ["es"] * 4 + ["en"]


def test_answers_fit_the_table_and_a_refused_text_goes_to_the_next_engine(tmp_path: Path):
    faults = [Fault(azure_server.DOCUMENT_ERROR, code="InvalidDocument", containing="caro")]
    with AzureServer(faults=faults) as server:
        answers = collect(SENTIMENT_SCORES, [engine(server, tmp_path), LOCAL], request())
    assert answers["item"].to_pylist() == list(range(len(ROWS)))
    assert answers["engine"].to_pylist() == ["azure", "local", "azure", "azure", "azure", "azure"]
    assert answers["is_fallback"].to_pylist() == [False, True, False, False, False, False]
    assert answers["fallback_reason"].to_pylist()[1] == "azure: refused: InvalidDocument"
    assert answers["model"].to_pylist()[1] == LOCAL.model


def test_a_refusal_is_not_kept_as_an_answer(tmp_path: Path):
    faults = [Fault(azure_server.DOCUMENT_ERROR, code="InvalidDocument", containing="caro", times=1)]
    with AzureServer(faults=faults) as server:
        made = engine(server, tmp_path)
        assert set(made.answer(request()).unanswered) == {1}
        before = server.record.answered_items()
        assert not made.answer(request()).unanswered
        assert server.record.answered_items() == before + 1, "only the refused text is asked about again"


def test_a_service_that_is_out_of_quota_leaves_everything_to_the_next_engine(tmp_path: Path):
    with AzureServer(faults=[Fault(STATUS, status=403, code="QuotaExceeded")]) as server:
        answers = collect(SENTIMENT_SCORES, [engine(server, tmp_path), LOCAL], request())
    # The blank text was not the service's to refuse.
    assert [name for name, (text, *_) in zip(answers["engine"].to_pylist(), ROWS, strict=True) if text] == ["local"] * 5
    assert answers["item"].to_pylist() == list(range(len(ROWS)))


def test_a_service_without_a_price_is_asked_nothing(tmp_path: Path):
    class NoPrices:
        def cost(self, provider: str, model: str, operation: str, usage: Usage) -> float:
            raise UnknownPrice(f"{provider}/{model} has no price")

    with AzureServer() as server:
        made = engine(server, tmp_path)
        made.enricher.prices = NoPrices()
        answers = collect(SENTIMENT_SCORES, [made, LOCAL], request())
        assert len(server.record) == 0
    assert answers["engine"].to_pylist() == ["local", "local", "local", "local", "azure", "local"]
    assert answers["fallback_reason"].to_pylist()[0] == "azure: azure/latest has no price"


def test_no_texts_make_no_request(tmp_path: Path):
    with AzureServer() as server:
        answers = engine(server, tmp_path).answer(request([]))
        assert len(server.record) == 0
    assert isinstance(answers, Answers) and answers.frame.empty


def sentence(label: str, positive: float, negative: float, start: int = 0, end: int = 1) -> Sentence:
    scores = Scores(positive=positive, negative=negative, neutral=1 - positive - negative)
    return Sentence(start=start, end=end, sentiment=label, scores=scores, opinions=[])


def told(label: str, positive: float, negative: float, *sentences: Sentence) -> MinedSentiment:
    scores = Scores(positive=positive, negative=negative, neutral=1 - positive - negative)
    return MinedSentiment(sentiment=label, scores=scores, sentences=list(sentences))


def test_one_sure_complaint_among_plain_statements_is_a_sure_complaint():
    text = told("negative", 0.1, 0.35, sentence("neutral", 0.1, 0.1), sentence("negative", 0.05, 0.9))
    assert confidence(text) == 0.9
    assert judge(text, "xy")["score"] == pytest.approx(-0.25)


def test_a_mixed_text_is_as_sure_as_its_lesser_side_and_a_neutral_one_as_its_least_sure_sentence():
    assert confidence(told("mixed", 0.5, 0.4, sentence("positive", 0.9, 0), sentence("negative", 0, 0.6))) == 0.6
    neutral = told("neutral", 0.1, 0.1, sentence("neutral", 0.1, 0.1), sentence("neutral", 0.2, 0.2))
    assert confidence(neutral) == pytest.approx(0.6)
    assert judge(neutral, "xy")["intensity"] == "mild"


def test_a_score_is_never_on_the_other_side_of_its_label():
    leaning = told("negative", 0.4, 0.3, sentence("neutral", 0.45, 0.1), sentence("negative", 0.3, 0.5))
    assert judge(leaning, "xy")["score"] == 0.0


def test_without_opinions_the_sentences_are_the_evidence():
    text = "Anda. No sirve para nada. Chau."
    spoken = told("negative", 0, 0.5, sentence("neutral", 0, 0, 0, 5), sentence("negative", 0, 0.9, 5, 25))
    assert evidence(spoken, text) == ["No sirve para nada."]
