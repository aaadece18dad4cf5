import duckdb
import pandas as pd
import pytest

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
    found = score_engines(
        reviewed, {"right": right, "half": half}, {"local": themes}, {"script": ScriptedLanguage("es")}
    )
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
    found = score_engines(reviewed.head(0), {"none": ScriptedSentiment("none", {})}, {}, {})
    assert found.empty
    ENGINE_ACCURACY.validate(found)
