from collections.abc import Sequence

import duckdb
import pandas as pd
import pytest

from fiber_pipeline.review.engine_agreement import compare_engines
from fiber_pipeline.review.sampling import sample_texts
from fiber_pipeline.tables import ENGINE_AGREEMENT, ENGINE_DISPUTES
from fiber_pipeline_tests.insight.history import Comment, write_comments
from fiber_pipeline_tests.review.engines import ScriptedSentiment, ScriptedThemes

TEXTS = [f"comentario {number}" for number in range(8)]
LABELS = ["positive", "negative"] * 4


def sample(scores: Sequence[int | None]) -> pd.DataFrame:
    with duckdb.connect() as connection:
        write_comments(
            connection,
            [
                Comment(f"c{number}", text=text, nps=nps, sentiment=LABELS[number])
                for number, (text, nps) in enumerate(zip(TEXTS, scores, strict=True))
            ],
        )
        return sample_texts(connection, 100).sort_values("comment_id")


def figure(frame: pd.DataFrame, **key: str) -> pd.Series:
    rows = frame
    for name, value in key.items():
        rows = rows[rows[name] == value]
    assert len(rows) == 1, key
    return rows.iloc[0]


def test_two_engines_are_compared_and_their_disputes_listed():
    right = ScriptedSentiment("one", dict(zip(TEXTS, LABELS, strict=True)))
    other = ScriptedSentiment("two", dict(zip(TEXTS, [*LABELS[:6], "mixed", "negative"], strict=True)))
    themes = {
        "one": ScriptedThemes("one", {TEXTS[0]: ["speed"], TEXTS[1]: ["price", "wifi"]}),
        "two": ScriptedThemes("two", {TEXTS[0]: ["speed"], TEXTS[1]: ["price"]}),
    }
    found = compare_engines(sample([None] * 8), {"one": right, "two": other}, themes)
    ENGINE_AGREEMENT.validate(found.figures)
    ENGINE_DISPUTES.validate(found.disputes)
    agreed = figure(found.figures, kind="sentiment", measure="agreement")
    assert (agreed["value"], agreed["sample_size"]) == (pytest.approx(7 / 8), 8)
    assert agreed["first_model"] == "script-1"
    assert agreed["is_small_sample"]
    mixed = figure(found.figures, kind="sentiment", measure="specific_agreement", label="mixed")
    assert mixed["value"] == 0
    assert figure(found.figures, kind="themes", measure="micro_f1")["value"] == pytest.approx(4 / 5)
    assert figure(found.figures, kind="themes", measure="specific_agreement", label="speed")["value"] == 1
    assert figure(found.figures, kind="themes", measure="specific_agreement", label="wifi")["value"] == 0
    disputes = found.disputes.set_index("kind")
    assert [
        it["labels"].tolist() if hasattr(it["labels"], "tolist") else it["labels"]
        for it in disputes.loc["sentiment", "labels"]
    ] == [
        ["positive"],
        ["mixed"],
    ]
    assert disputes.loc["themes", "examples"] == ["c1"]
    assert found.notes == []


def test_texts_an_engine_leaves_unanswered_are_in_no_figure():
    whole = ScriptedSentiment("whole", dict(zip(TEXTS, LABELS, strict=True)))
    half = ScriptedSentiment("half", dict(zip(TEXTS[:4], LABELS[:4], strict=True)))
    found = compare_engines(sample([None] * 8), {"whole": whole, "half": half}, {})
    agreed = figure(found.figures, kind="sentiment", measure="agreement")
    assert (agreed["value"], agreed["sample_size"]) == (1, 4)
    assert found.disputes.empty
    assert "sentiment: half left 4 texts unanswered" in found.notes


def test_more_than_two_engines_have_a_figure_together():
    engines = {name: ScriptedSentiment(name, dict(zip(TEXTS, LABELS, strict=True))) for name in ("a", "b", "c")}
    found = compare_engines(sample([None] * 8), engines, {})
    together = figure(found.figures, measure="fleiss_kappa")
    assert (together["first"], together["second"], together["value"]) == ("all", "all", 1)
    assert len(found.figures[found.figures["measure"] == "kappa"]) == 3


def test_one_engine_is_compared_with_the_customers_own_scores_and_that_is_said():
    engine = ScriptedSentiment("local", dict(zip(TEXTS, ["mixed", *LABELS[1:]], strict=True)))
    found = compare_engines(sample([8, 0, 10, 0, 10, 10, None, None]), {"local": engine}, {})
    agreed = figure(found.figures, second="customer", measure="agreement")
    # A passive score and a mixed text both lean nowhere; one negative text comes with a ten.
    assert (agreed["value"], agreed["sample_size"]) == (pytest.approx(5 / 6), 6)
    assert "mixed" not in set(found.figures["label"])
    assert any("one engine is set up (local)" in note for note in found.notes)


def test_without_comments_there_is_nothing_and_that_is_said():
    with duckdb.connect() as connection:
        write_comments(connection, [])
        nothing = sample_texts(connection, 10)
    found = compare_engines(nothing, {"local": ScriptedSentiment("local", {})}, {})
    assert found.figures.empty
    assert "there are no informative comments" in found.notes[0]


def test_the_sample_has_every_label_each_text_once_and_stays_when_comments_come():
    comments = [Comment(f"p{number:03}", text=f"muy bueno {number}", sentiment="positive") for number in range(60)]
    comments += [Comment(f"n{number}", text=f"malo {number}", sentiment="negative") for number in range(5)]
    comments += [
        Comment("twin", text="Muy bueno 7", sentiment="positive"),
        Comment("dull", text="No", is_informative=False),
    ]
    with duckdb.connect() as connection:
        write_comments(connection, comments)
        drawn = sample_texts(connection, 12)
        assert drawn["sentiment"].value_counts().to_dict() == {"positive": 7, "negative": 5}
        assert drawn["text_key"].is_unique
        assert "dull" not in drawn["comment_id"].tolist()
        write_comments(
            connection, [*comments, *(Comment(f"m{n}", text=f"regular {n}", sentiment="mixed") for n in range(3))]
        )
        later = sample_texts(connection, 15)
    assert set(drawn["text_key"]) <= set(later["text_key"])
