"""The engine over the wire: the SDK, a server that speaks the service's protocol, a real store, our own rules."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from fiber_pipeline.annotation.engines import collect
from fiber_pipeline.annotation.sentiment import LocalSentimentEngine
from fiber_pipeline.annotation.sentiment.azure_engine import AzureSentimentEngine
from fiber_pipeline.annotation.themes import LocalThemeEngine
from fiber_pipeline.annotation.themes.azure_engine import AzureThemeEngine
from fiber_pipeline.services.azure import AzureResource, sentiment_service
from fiber_pipeline.tables import COMMENT_THEMES
from fiber_pipeline_tests.servers import azure_server
from fiber_pipeline_tests.servers.azure_server import AzureServer
from fiber_pipeline_tests.servers.faults import Fault
from fiber_pipeline_tests.services.embedded import embedded_enricher

LOCAL = LocalThemeEngine()


def request(*texts: str, text_es: Sequence[str] | None = None, language: str = "es") -> pd.DataFrame:
    return pd.DataFrame({"text": texts, "text_es": text_es or texts, "language": [language] * len(texts)})


def engine(server: AzureServer, folder: Path) -> AzureThemeEngine:
    service = sentiment_service(AzureResource(server.base_url, "key"))
    return AzureThemeEngine(embedded_enricher(folder), [service], LOCAL)


def found(folder: Path, asked: pd.DataFrame, *faults: Fault) -> dict[str, pd.Series]:
    with AzureServer(faults=faults) as server:
        frame = engine(server, folder).answer(asked).frame
    assert set(frame["item"]) <= {0}
    return {row["theme"]: row for _, row in frame.iterrows()}


def test_a_theme_takes_the_sentiment_of_the_opinion_on_it(tmp_path: Path):
    text = "El internet es lento pero el precio es bueno"
    themes = found(tmp_path, request(text))
    assert themes["speed"]["sentiment"] == "negative" and themes["speed"]["score"] == -0.99
    assert themes["price"]["sentiment"] == "positive"
    (span, *_) = themes["price"]["evidence_spans"]
    assert text[span["start"] : span["end"]] == themes["price"]["evidence"][0]


def test_opinions_that_differ_make_a_theme_mixed(tmp_path: Path):
    themes = found(tmp_path, request("El precio es bueno. El precio es caro."))
    assert themes["price"]["sentiment"] == "mixed"


def test_no_theme_is_lost_where_no_opinion_was_mined(tmp_path: Path):
    texts = ["Hace 3 días espero al técnico", "Contraté 300 megas y me llegan 40", "Se corta todas las noches"]
    with AzureServer() as server:
        asked = engine(server, tmp_path).answer(request(*texts)).frame
    own = LOCAL.answer(request(*texts)).frame
    compared = ["item", "theme", "category", "relevance", "sentiment", "score", "evidence"]
    assert asked[compared].to_dict("list") == own[compared].to_dict("list")
    assert set(own["item"]) == {0, 1, 2} and set(own["sentiment"]) == {"negative"}


def test_a_theme_alone_in_a_sentence_takes_the_sentences_sentiment(tmp_path: Path):
    # "genial" is said of nothing the server knows as a target, so the sentence is all there is to go by.
    text = "Las facturas llegan, genial"
    themes = found(tmp_path, request(text))
    assert (themes["billing"]["sentiment"], themes["billing"]["score"]) == ("positive", 0.88)


def test_themes_that_share_a_sentence_keep_the_rules_view_of_each(tmp_path: Path):
    text = "Las facturas llegan tarde pero las promociones son genial"
    themes = found(tmp_path, request(text))
    own = {theme.theme: theme.sentiment for theme in LOCAL.find(text)}
    assert len(own) > 1 and set(own.values()) == {"negative", "positive"}
    assert {slug: theme["sentiment"] for slug, theme in themes.items()} == own


def test_an_opinion_shows_a_theme_whose_words_stand_too_far_apart_for_a_rule(tmp_path: Path):
    text = "El internet que me instalaron hace como tres meses en la casa de mi abuela anda lento"
    assert {theme.theme for theme in LOCAL.find(text)} == {"installation"}, "the rules see it by now: take another text"
    themes = found(tmp_path, request(text))
    assert set(themes) == {"installation", "speed"}
    assert (themes["speed"]["sentiment"], themes["speed"]["score"]) == ("negative", -0.99)
    assert themes["speed"]["evidence"] == ["internet", "lento"]
    assert [text[span["start"] : span["end"]] for span in themes["speed"]["evidence_spans"]] == ["internet", "lento"]
    assert themes["speed"]["relevance"] == 0.5


def test_a_target_that_is_no_theme_adds_none(tmp_path: Path):
    assert found(tmp_path, request("Mi perro es malo")) == {}


def test_of_guarani_spans_are_in_the_original_or_nowhere(tmp_path: Path):
    text, text_es = "Mbegueterei che internet", "Es muy lento mi internet"
    themes = found(tmp_path, request(text, text_es=[text_es], language="gn"))
    assert themes["speed"]["sentiment"] == "negative" and themes["speed"]["score"] == -0.99
    for span in themes["speed"]["evidence_spans"]:
        assert text[span["start"] : span["end"]] in themes["speed"]["evidence"]
    only_spanish = found(tmp_path / "b", request("Xyz", text_es=["El precio es caro"], language="gn"))
    assert list(only_spanish["price"]["evidence_spans"]) == []
    assert only_spanish["price"]["sentiment"] == "negative"


def test_the_chain_finds_every_theme_the_local_engine_finds_alone(tmp_path: Path):
    rows = [
        ("Mbegueterei che internet", "Es muy lento mi internet", "gn"),
        ("Xyz ha xyz", "El precio es caro", "mixed"),
        ("It is what it is", "La factura llega mal", "en"),
        ("El técnico no vino y la app no anda. ¿Cuándo me devuelven?", "", "es"),
        ("Excelente", "Excelente", "es"),
    ]
    asked = pd.DataFrame(rows, columns=["text", "text_es", "language"])
    asked["text_es"] = asked["text_es"].where(asked["text_es"] != "", asked["text"])
    with AzureServer() as server:
        frame = engine(server, tmp_path).answer(asked).frame
    by_azure = set(zip(frame["item"], frame["theme"], strict=True))
    own = LOCAL.answer(asked).frame
    by_rules = set(zip(own["item"], own["theme"], strict=True))
    assert {item for item, _ in by_rules} == {0, 1, 2, 3}
    assert by_rules <= by_azure


def test_sentiment_and_themes_are_paid_for_once(tmp_path: Path):
    texts = request("El internet es lento", "La atención es excelente")
    with AzureServer() as server:
        themes = engine(server, tmp_path)
        AzureSentimentEngine(themes.enricher, themes.services, LocalSentimentEngine()).answer(texts)
        asked = len(server.record)
        assert not themes.answer(texts).frame.empty
        assert len(server.record) == asked


def test_answers_fit_the_table_and_a_refused_text_goes_to_the_next_engine(tmp_path: Path):
    faults = [Fault(azure_server.DOCUMENT_ERROR, code="InvalidDocument", containing="caro")]
    texts = request("El internet es lento", "Muy caro el precio", "Nada que decir", "")
    with AzureServer(faults=faults, model_version="2026-06-01") as server:
        answers = collect(COMMENT_THEMES, [engine(server, tmp_path), LOCAL], texts).to_pylist()
    assert {(row["item"], row["engine"], row["is_fallback"]) for row in answers} == {
        (0, "azure", False),
        (1, "local", True),
    }
    assert {row["fallback_reason"] for row in answers if row["item"] == 1} == {"azure: refused: InvalidDocument"}
    assert {row["model"] for row in answers if row["item"] == 0} == {f"opinions 2026-06-01, {LOCAL.model}"}
