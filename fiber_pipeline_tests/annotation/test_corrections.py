"""Corrections laid over what the real local engines say."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from fiber_pipeline.annotation.corrections import DECIDING_COLUMNS
from fiber_pipeline.annotation.language import LocalLanguageEngine
from fiber_pipeline.annotation.sentiment import LocalSentimentEngine
from fiber_pipeline.annotation.sentiment.sentiment_scores import score_comments
from fiber_pipeline.annotation.themes import LocalThemeEngine
from fiber_pipeline.annotation.themes.comment_themes import find_themes
from fiber_pipeline.annotation.translation import GlossTranslationEngine, TranslationEngine
from fiber_pipeline.annotation.translation.translated_comments import translate_comments
from fiber_pipeline.cleaning.identity import text_key
from fiber_pipeline.tables import COMMENT_THEMES, SENTIMENT_SCORES, TRANSLATED_COMMENTS
from fiber_pipeline_tests.annotation.translation.test_google_engine import engine as google
from fiber_pipeline_tests.servers.google_server import GoogleGrpcServer

TEXTS = (
    "Excelente servicio",
    "El wifi no llega y es caro",
    "EXCELENTE SERVICIO!!",
    "me cambié de casa",
    "se corta todos los días",
)
CATEGORIES = {"wifi": "network", "price": "commercial", "outages": "network", "plans": "commercial"}


@pytest.fixture(scope="module")
def engine() -> LocalThemeEngine:
    return LocalThemeEngine()


def comments() -> pd.DataFrame:
    count = len(TEXTS)
    return pd.DataFrame(
        {
            "batch": ["enero.csv"] * count,
            "comment_id": [f"c{place}" for place in range(count)],
            "text": TEXTS,
            "text_key": [text_key(text) for text in TEXTS],
            "text_es": TEXTS,
            "language": ["es"] * count,
            "is_main": [True] * count,
            "nps": [10, 2, 10, None, 1],
            "rating": [None] * count,
            "rating_scale": [None] * count,
        }
    )


def corrections(
    *words: tuple[str, str, str, list[str]], is_in_force: bool = True, language: str = "es"
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "text_key": pd.array([text_key(text) for text, *_ in words], dtype="string[pyarrow]"),
            "sentiment": [sentiment for _, sentiment, _, _ in words],
            "urgency": [urgency for _, _, urgency, _ in words],
            "language": [language] * len(words),
            "themes": [themes for *_, themes in words],
            "is_in_force": [is_in_force] * len(words),
        },
        columns=list(DECIDING_COLUMNS),
    )


def score(said: pd.DataFrame | None) -> pd.DataFrame:
    return SENTIMENT_SCORES.validate(score_comments(comments(), [LocalSentimentEngine()], None, said))


def find(engine: LocalThemeEngine, said: pd.DataFrame | None) -> pd.DataFrame:
    return COMMENT_THEMES.validate(find_themes(comments(), [engine], None, said, CATEGORIES))


def themes_of(found: pd.DataFrame, comment_id: str) -> list[str]:
    return found.loc[found["comment_id"] == comment_id, "theme"].tolist()


def test_without_corrections_in_force_engines_stand(engine: LocalThemeEngine):
    for said in (corrections(), corrections((TEXTS[0], "negative", "high", []), is_in_force=False)):
        assert score(said).equals(score(None))
        assert find(engine, said).equals(find(engine, None))


def test_scores_are_held_against_main_answers_alone():
    said = comments().assign(text_es="El wifi no llega y es caro", text="El wifi no llega y es caro", nps=10)
    main, further = (
        score_comments(said.assign(is_main=is_main), [LocalSentimentEngine()]) for is_main in (True, False)
    )
    assert main["contradicts_score"].all()
    assert not further["contradicts_score"].any()
    assert (further["confidence"] > main["confidence"]).all()


def test_a_correction_holds_for_every_comment_with_the_text_and_no_other():
    said = score(corrections((TEXTS[0], "negative", "high", []))).set_index("comment_id")
    before = score(None).set_index("comment_id")
    for comment_id in ("c0", "c2"):
        row = said.loc[comment_id]
        assert (row["sentiment"], row["urgency"]) == ("negative", "high")
        assert (row["engine"], row["model"], row["confidence"]) == ("human", "review", 1.0)
        assert row["score"] < 0
        assert list(row["evidence"]) == list(row["emotions"]) == list(row["urgency_evidence"]) == []
        assert row["contradicts_score"]
    others = ["c1", "c3", "c4"]
    assert said.loc[others].equals(before.loc[others])


def test_a_confirmed_label_keeps_the_engines_words():
    before = score(None).set_index("comment_id").loc["c0"]
    row = score(corrections((TEXTS[0], "positive", before["urgency"], []))).set_index("comment_id").loc["c0"]
    assert (row["engine"], row["confidence"]) == ("human", 1.0)
    assert (row["score"], list(row["evidence"])) == (before["score"], list(before["evidence"]))
    assert list(row["evidence"])


def test_a_reviewed_comment_has_exactly_the_themes_people_named(engine: LocalThemeEngine):
    before = find(engine, None)
    kept = before[(before["comment_id"] == "c1") & (before["theme"] == "wifi")].iloc[0]
    said = corrections((TEXTS[1], "negative", "low", ["wifi", "plans"]), (TEXTS[3], "neutral", "low", ["plans"]))
    found = find(engine, said)
    assert themes_of(found, "c1") == ["wifi", "plans"]
    assert themes_of(found, "c3") == ["plans"]
    assert themes_of(found, "c4") == themes_of(before, "c4") != []
    assert found["comment_id"].is_monotonic_increasing
    wifi, plans = (
        found[(found["comment_id"] == "c1") & (found["theme"] == name)].iloc[0] for name in ("wifi", "plans")
    )
    assert list(wifi["evidence"]) == list(kept["evidence"])
    assert (wifi["sentiment"], wifi["engine"], wifi["model"]) == (kept["sentiment"], "human", "review")
    assert (plans["sentiment"], plans["relevance"], plans["category"]) == ("negative", 1.0, "commercial")


def test_a_theme_does_not_keep_the_opposite_of_what_the_person_says(engine: LocalThemeEngine):
    found = find(engine, corrections((TEXTS[4], "positive", "low", ["outages"])))
    row = found[found["comment_id"] == "c4"].iloc[0]
    assert row["sentiment"] == "positive"
    assert row["score"] > 0


def test_people_may_say_that_there_is_no_theme_or_one_the_taxonomy_lost(engine: LocalThemeEngine):
    found = find(engine, corrections((TEXTS[1], "negative", "low", []), (TEXTS[4], "negative", "low", ["gone"])))
    assert not set(found["comment_id"]) & {"c1", "c4"}


SPOKEN = ("Iporã pero caro", "IPORÃ, pero caro!", "Anda lento", "Mbegue ha porã")


def translate(said: pd.DataFrame | None, translators: Sequence[TranslationEngine]) -> pd.DataFrame:
    spoken = pd.DataFrame({"text": SPOKEN}, dtype=pd.ArrowDtype(pa.string()))
    spoken = spoken.assign(
        batch="enero.csv",
        comment_id=[f"c{place}" for place in range(len(SPOKEN))],
        text_key=pd.Series([text_key(text) for text in SPOKEN], dtype=spoken["text"].dtype),
    )
    frame = translate_comments(spoken, LocalLanguageEngine(), translators, corrections=said)
    return TRANSLATED_COMMENTS.validate(frame).set_index("comment_id")


def test_a_corrected_language_decides_what_becomes_of_the_text():
    before = translate(None, [GlossTranslationEngine()])
    assert before["language"].tolist() == ["mixed", "mixed", "es", "gn"]
    assert set(before["language_engine"]) == {"local"}
    spanish = corrections((SPOKEN[0], "mixed", "low", []), (SPOKEN[3], "positive", "low", []), language="es")
    after = translate(spanish, [GlossTranslationEngine()])
    corrected = after.loc[["c0", "c1", "c3"]]
    assert corrected["text_es"].tolist() == [SPOKEN[0], SPOKEN[1], SPOKEN[3]]
    assert not corrected["is_gloss"].any()
    assert set(zip(corrected["language"], corrected["language_confidence"], strict=True)) == {("es", 1.0)}
    assert set(zip(corrected["language_engine"], corrected["language_model"], strict=True)) == {("human", "review")}
    assert set(corrected["translation_engine"]) == {"none"}
    assert not any(len(spans) for spans in corrected["language_spans"])
    assert after.loc[["c2"]].equals(before.loc[["c2"]])


def test_a_confirmed_language_changes_nothing_but_who_says_it():
    confirmed = corrections((SPOKEN[0], "mixed", "low", []), language="mixed")
    before, after = (translate(said, [GlossTranslationEngine()]) for said in (None, confirmed))
    told = ["language_confidence", "language_engine", "language_model"]
    assert after.loc["c0", told].tolist() == [1.0, "human", "review"]
    assert len(after.loc["c0", "language_spans"])
    assert after.drop(columns=told).equals(before.drop(columns=told))


@pytest.mark.parametrize(("language", "engine"), [("gn", "google"), ("pt", "local"), ("und", "none"), ("es", "none")])
def test_translators_are_asked_with_the_language_that_people_gave(tmp_path: Path, language: str, engine: str):
    with GoogleGrpcServer() as server:
        server.translator.known = frozenset(("", "gn"))
        translators = [google(server, tmp_path), GlossTranslationEngine()]
        assert translate(None, translators).loc["c2", "translation_engine"] == "none"
        said = corrections((SPOKEN[2], "negative", "low", []), language=language)
        row = translate(said, translators).loc["c2"]
    assert (row["translation_engine"], row["is_fallback"]) == (engine, engine == "local")
    assert (row["text_es"] == "Anda lento", row["is_gloss"]) == (True, False)
