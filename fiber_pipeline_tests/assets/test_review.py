"""Labels corrected by people, from the workbook they get to the tables everybody reads."""

from pathlib import Path

import pytest

from fiber_pipeline.annotation.chains import build_chains
from fiber_pipeline.annotation.corrections import HUMAN
from fiber_pipeline.annotation.themes import load_taxonomy
from fiber_pipeline.assets.output_files import REVIEW_NAME
from fiber_pipeline.operations.forgetting import forget_batch, forget_customer
from fiber_pipeline.resources import EnginesResource
from fiber_pipeline.review.folder import keep
from fiber_pipeline.review.pending import PendingBatch, pending_batches
from fiber_pipeline_tests.review.engines import ScriptedSentiment
from fiber_pipeline_tests.review.reviewers import fill_in
from fiber_pipeline_tests.world import ROWS, World

CAPITALS = ("EXCELENTE SERVICIO, NUNCA SE CORTA!", 9, 9, "18/02/2026", "C9", "Luque")
PRAISE = ROWS[1][0]
THEMES = load_taxonomy().themes


@pytest.fixture
def analysed(world: World) -> World:
    world.drop("enero.csv")
    world.drop("febrero.csv", [CAPITALS])
    world.drop("marzo.csv", [("Todo tranquilo", 8, 8, "02/03/2026", "C8", "Luque")])
    for batch in ("enero.csv", "febrero.csv", "marzo.csv"):
        assert world.analyse(batch).success
    return world


def exported(world: World) -> Path:
    assert world.execute("compare_engines").success
    return world.settings.outputs_dir / REVIEW_NAME


def pending(world: World) -> list[PendingBatch]:
    with world.warehouse.reader() as connection:
        return pending_batches(connection, THEMES)


def label(world: World, batch: str) -> tuple[object, ...]:
    return world.query(
        "SELECT s.sentiment, s.engine, s.confidence, list(theme ORDER BY theme) FILTER (theme IS NOT NULL) "
        "FROM sentiment_scores s JOIN comments USING (comment_id) LEFT JOIN comment_themes t USING (comment_id) "
        f"WHERE s.batch = '{batch}' AND text_key = (SELECT text_key FROM comments WHERE text = '{PRAISE}') GROUP BY ALL"
    )[0]


def test_a_correction_wins_in_every_batch_with_the_text_until_it_is_withdrawn(analysed: World):
    book = exported(analysed)
    given = {PRAISE: {"Sentimiento": "Negativo", "Tema 1": THEMES["app"].label_es, "Tema 2": None}}
    fill_in(book, "Ana", given)
    keep(book, analysed.settings.reviews_dir)
    before = {batch: label(analysed, batch) for batch in ("enero.csv", "febrero.csv")}
    result = analysed.execute("take_in_reviews")
    assert result.success
    assert [(item.batch, item.comments, item.texts) for item in pending(analysed)] == [
        ("enero.csv", 1, 1),
        ("febrero.csv", 1, 1),
    ]
    for item in pending(analysed):
        assert analysed.analyse(item.batch).success
    assert pending(analysed) == []
    assert label(analysed, "enero.csv") == label(analysed, "febrero.csv") == ("negative", HUMAN, 1.0, ["app"])
    assert analysed.query("SELECT count(*) FROM sentiment_scores WHERE engine <> 'local'") == [(2,)]
    wrong = "SELECT value FROM engine_accuracy WHERE kind = 'sentiment' AND measure = 'accuracy' AND scope = 'all'"
    assert analysed.query(wrong) == [(0.0,)]
    materialization = result.asset_materializations_for_node("corrections")[0]
    assert "Ana" not in str(materialization.metadata)

    fill_in(book, "Ana", {PRAISE: {"Revisado": "Anular"}})
    keep(book, analysed.settings.reviews_dir)
    assert analysed.execute("take_in_reviews").success
    assert [item.batch for item in pending(analysed)] == ["enero.csv", "febrero.csv"]
    for item in pending(analysed):
        assert analysed.analyse(item.batch).success
    assert pending(analysed) == []
    assert {batch: label(analysed, batch) for batch in before} == before


def test_a_corrected_language_has_the_text_translated_anew(analysed: World):
    text = ROWS[2][0]
    spoken = (
        "SELECT language, language_engine, text_es, is_gloss FROM translated_comments JOIN comments "
        f"USING (comment_id) WHERE text = '{text}'"
    )
    before = analysed.query(spoken)
    assert (before[0][1], before[0][3]) == ("local", True)
    book = exported(analysed)
    fill_in(book, "Ana", {text: {"Idioma": "Español"}})
    keep(book, analysed.settings.reviews_dir)
    assert analysed.execute("take_in_reviews").success
    assert analysed.analyse("enero.csv").success
    assert pending(analysed) == []
    assert analysed.query(spoken) == [("es", HUMAN, text, False)]
    own = "SELECT value FROM engine_accuracy WHERE kind = 'language' AND measure = 'accuracy' AND scope = 'all'"
    assert analysed.execute("take_in_reviews").success
    assert analysed.query(own) == [(0.0,)]

    fill_in(book, "Ana", {text: {"Revisado": "Anular"}})
    keep(book, analysed.settings.reviews_dir)
    assert analysed.execute("take_in_reviews").success
    assert [item.batch for item in pending(analysed)] == ["enero.csv"]
    assert analysed.analyse("enero.csv").success
    assert analysed.query(spoken) == before


def test_no_name_of_a_reviewer_leaves_the_table(analysed: World):
    book = exported(analysed)
    fill_in(book, "Planted Reviewer", {PRAISE: {"Revisado": "Sí"}})
    keep(book, analysed.settings.reviews_dir)
    assert analysed.execute("take_in_reviews").success
    assert analysed.analyse("enero.csv").success
    assert analysed.execute("refresh_insights").success
    for path in analysed.settings.outputs_dir.rglob("*.*"):
        if path.suffix in (".csv", ".jsonl", ".html"):
            assert "Planted Reviewer" not in path.read_text("utf-8"), path
    assert analysed.query("SELECT reviewer FROM corrections") == [("Planted Reviewer",)]


def test_what_is_refused_is_told_and_stops_nothing_else(analysed: World):
    book = exported(analysed)
    fill_in(book, "Ana", {PRAISE: {"Revisado": "Sí"}, "Todo tranquilo": {"Sentimiento": "planted"}})
    keep(book, analysed.settings.reviews_dir)
    (analysed.settings.reviews_dir / "otro.xlsx").write_bytes(b"PK\x03\x04 broken")
    result = analysed.execute("take_in_reviews")
    assert result.success
    outcome = next(item for item in result.get_asset_check_evaluations() if item.check_name == "nothing_refused")
    assert not outcome.passed
    refusals = result.asset_materializations_for_node("corrections")[0].metadata["refused_rows"].value
    assert "sheet Revisión, row " in refusals
    assert "otro.xlsx" in refusals
    assert "planted" not in refusals
    assert analysed.query("SELECT verdict FROM corrections") == [("confirmed",)]


def test_disputed_texts_come_before_others(analysed: World):
    chains = build_chains(analysed.settings)
    other = ScriptedSentiment("other", {str(row[0]): "neutral" for row in ROWS})
    both = type(chains)(chains.language, chains.translation, [*chains.sentiment, other], chains.themes)
    result = analysed.execute("compare_engines", {"engines": EnginesResource(analysed.settings, both)})
    assert result.success
    disputed = analysed.query(
        "SELECT list_extract(labels, 1).engine, list_extract(labels, 2).engine FROM engine_disputes"
    )
    assert ("local", "other") in disputed
    assert analysed.query("SELECT count(*) FROM engine_agreement WHERE second = 'other' AND measure = 'kappa'") == [
        (1,)
    ]
    reasons = result.asset_materializations_for_node("review_queue")[0].metadata["reasons"].value
    counts = {record.data["reason"]: record.data["texts"] for record in reasons.records}
    assert counts["disputed"] > 0


def test_erasing_a_batch_leaves_no_review_workbook_that_quotes_it_alone(analysed: World):
    book = exported(analysed)
    fill_in(book, "Ana", {PRAISE: {"Revisado": "Sí"}})
    kept = keep(book, analysed.settings.reviews_dir)
    # The other batch says the same.
    assert str(kept) not in forget_batch(analysed.settings, "febrero.csv").files
    assert not book.exists()
    assert str(kept) in forget_batch(analysed.settings, "marzo.csv").files
    assert not kept.exists()


def test_a_reviewer_who_is_called_like_a_customer_is_still_heard_when_that_customer_is_erased(analysed: World):
    book = exported(analysed)
    fill_in(book, "C8", {PRAISE: {"Sentimiento": "Negativo"}})
    keep(book, analysed.settings.reviews_dir)
    assert analysed.execute("take_in_reviews").success
    forget_customer(analysed.settings, "C8")
    assert analysed.query("SELECT reviewer, sentiment FROM corrections") == [("C8", "negative")]
