from collections.abc import Sequence
from typing import Any

import duckdb
import pandas as pd
import pytest

from fiber_pipeline.annotation.chains import Chains
from fiber_pipeline.annotation.engines import Answers
from fiber_pipeline.annotation.translation import GlossTranslationEngine
from fiber_pipeline.review.engine_accuracy import reviewed_texts, score_engines
from fiber_pipeline.tables import CORRECTIONS, ENGINE_ACCURACY
from fiber_pipeline_tests.insight.history import Comment, write_comments, write_table
from fiber_pipeline_tests.review.engines import ScriptedLanguage, ScriptedSentiment, ScriptedThemes
from fiber_pipeline_tests.review.test_corrections import word

TEXTS = ("uno", "dos", "tres", "cuatro")
TRUTH = ("positive", "negative", "negative", "mixed")


@pytest.fixture
def reviewed() -> pd.DataFrame:
    with duckdb.connect() as connection:
        write_comments(connection, [Comment(f"c{text}", text=text) for text in (*TEXTS, "otro")])
        words = [
            word(text, "Ana", 1, sentiment=sentiment, reason="random" if text in ("uno", "dos") else "disputed")
            for text, sentiment in zip(TEXTS, TRUTH, strict=True)
        ]
        rows = [row | {"is_in_force": True, "is_contested": False} for row in [*words, word("erased", "Ana", 1)]]
        write_table(
            connection,
            CORRECTIONS,
            CORRECTIONS.frame({name: [row[name] for row in rows] for name in CORRECTIONS.columns}),
        )
        return reviewed_texts(connection)


def chains(sentiment: Sequence[Any], themes: Sequence[Any] = (), language: str = "es") -> Chains:
    return Chains(ScriptedLanguage(language), [GlossTranslationEngine()], sentiment, themes)


def value(frame: pd.DataFrame, **key: str) -> tuple[float, int]:
    key = {"scope": "all", "label": "all", **key}
    rows = frame[(frame[list(key)] == pd.Series(key)).all(axis=1)]
    assert len(rows) == 1, key
    return rows.iloc[0]["value"], rows.iloc[0]["sample_size"]


def test_texts_whose_comments_are_gone_are_left_out(reviewed: pd.DataFrame):
    assert sorted(reviewed["text"]) == sorted(TEXTS)


def test_each_engine_is_measured_on_what_it_answered(reviewed: pd.DataFrame):
    right = ScriptedSentiment("right", dict(zip(TEXTS, TRUTH, strict=True)))
    half = ScriptedSentiment("half", {"uno": "negative", "dos": "negative", "tres": "negative"})
    themes = ScriptedThemes("local", {"uno": ["speed"], "dos": ["speed", "wifi"], "tres": []})
    found = score_engines(reviewed, chains([right, half], [themes]))
    ENGINE_ACCURACY.validate(found)
    assert value(found, engine="right", kind="sentiment", measure="accuracy") == (1, 4)
    assert value(found, engine="right", kind="urgency", measure="accuracy") == (1, 4)
    assert value(found, engine="half", kind="sentiment", measure="accuracy") == (pytest.approx(2 / 3), 3)
    assert value(found, engine="half", kind="sentiment", measure="precision", label="negative") == (
        pytest.approx(2 / 3),
        3,
    )
    assert value(found, engine="half", kind="sentiment", measure="recall", label="negative") == (1, 2)
    assert value(found, engine="half", kind="sentiment", measure="accuracy", scope="random") == (0.5, 2)
    assert set(found.loc[found["engine"] == "half", "unanswered"]) == {0, 1}
    # People said speed of every text; the engine found it in two of four, and a theme too many in one of them.
    assert value(found, kind="themes", measure="accuracy") == (0.25, 4)
    assert value(found, kind="themes", measure="micro_f1") == (pytest.approx(2 * 2 / (4 + 3)), 4)
    assert value(found, kind="themes", measure="recall", label="speed") == (0.5, 4)
    assert value(found, kind="language", measure="accuracy") == (1, 4)
    assert found["is_small_sample"].all()
    accuracy = found[(found["engine"] == "right") & (found["measure"] == "accuracy") & (found["scope"] == "all")].iloc[
        0
    ]
    assert accuracy["low"] == pytest.approx(0.5101, abs=1e-4)


def test_without_corrections_the_table_is_empty(reviewed: pd.DataFrame):
    found = score_engines(reviewed.head(0), chains([ScriptedSentiment("none", {})]))
    assert found.empty
    ENGINE_ACCURACY.validate(found)


def test_engines_are_asked_as_if_no_person_had_helped(reviewed: pd.DataFrame):
    class Asked(ScriptedSentiment):
        def answer(self, request: pd.DataFrame) -> Answers:
            self.request = request
            return super().answer(request)

    engine = Asked("local", dict.fromkeys(("Iporã", "dos"), "positive"))
    text = reviewed["text"].replace("uno", "Iporã")
    found = score_engines(reviewed.assign(text=text, language="es"), chains([engine], language="gn"))
    assert set(engine.request["language"]) == {"gn"}
    assert engine.request.set_index("text")["text_es"]["Iporã"] == "Es lindo"
    assert value(found, kind="language", measure="accuracy") == (0, 4)
