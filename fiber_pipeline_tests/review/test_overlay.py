"""Corrections laid over what the real local engines say."""

import pandas as pd
import pytest

from fiber_pipeline.cleaning.identity import text_key
from fiber_pipeline.review import overlay
from fiber_pipeline.sentiment import LocalSentimentEngine
from fiber_pipeline.sentiment.sentiment_scores import score_comments
from fiber_pipeline.tables import COMMENT_THEMES, SENTIMENT_SCORES
from fiber_pipeline.themes import LocalThemeEngine
from fiber_pipeline.themes.comment_themes import find_themes

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
            "nps": [10, 2, 10, None, 1],
            "rating": [None] * count,
            "rating_scale": [None] * count,
        }
    )


def corrections(*words: tuple[str, str, str, list[str]], is_in_force: bool = True) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "text_key": pd.array([text_key(text) for text, *_ in words], dtype="string[pyarrow]"),
            "sentiment": [sentiment for _, sentiment, _, _ in words],
            "urgency": [urgency for _, _, urgency, _ in words],
            "themes": [themes for *_, themes in words],
            "is_in_force": [is_in_force] * len(words),
        },
        columns=list(overlay.COLUMNS),
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
