"""A batch from file to themes, as the UI and the sensor run it."""

import json

import dagster as dg
import pandas as pd

from fiber_pipeline.annotation.chains import build_chains
from fiber_pipeline.annotation.engines import Answers
from fiber_pipeline.assets.jobs import BATCH_ASSETS
from fiber_pipeline.resources import EnginesResource
from fiber_pipeline_tests.world import HEADER, ROWS, World


def outcomes(result: dg.ExecuteInProcessResult) -> dict[tuple[str, str], bool]:
    evaluations = result.get_asset_check_evaluations()
    return {(item.asset_key.to_user_string(), item.check_name): item.passed for item in evaluations}


def test_every_table_of_a_batch_is_filled(world: World):
    world.drop("norte/enero.csv")
    result = world.analyse("norte/enero.csv")
    assert result.success
    counts = world.warehouse.row_counts()
    assert counts["raw_comments"] == counts["comments"] == counts["translated_comments"] == len(ROWS)
    assert counts["sentiment_scores"] == len(ROWS)
    assert counts["rejected_rows"] == 0
    assert world.query("SELECT DISTINCT batch, source FROM raw_comments") == [("norte/enero.csv", "norte")]
    assert all(outcomes(result).values())


def test_what_is_read_is_what_the_file_says(world: World):
    world.drop("enero.csv")
    world.analyse("enero.csv")
    rows = world.query(
        "SELECT comment, nps, nps_group, rating, commented_at AT TIME ZONE 'America/Asuncion', customer_id, metadata "
        "FROM raw_comments ORDER BY row_number"
    )
    assert rows[1][:4] == ("Excelente servicio, nunca se corta", 10, "promoter", 10.0)
    assert str(rows[1][4]) == "2026-01-17 00:00:00"
    assert rows[1][5] == "C2"
    assert json.loads(rows[1][6]) == {"Ciudad": "Asunción"}


def test_personal_data_stays_in_raw_comments(world: World):
    world.drop("enero.csv")
    world.analyse("enero.csv")
    assert world.query("SELECT count(*) FROM raw_comments WHERE comment LIKE '%0981 123 456%'") == [(1,)]
    text, types = world.query("SELECT text, pii_types FROM comments WHERE text LIKE '%[TELEFONO]%'")[0]
    assert "0981" not in text
    assert types == ["telefono"]


def test_languages_sentiments_and_themes_are_believable(world: World):
    world.drop("enero.csv")
    world.analyse("enero.csv")
    found = {
        text: (language, sentiment)
        for text, language, sentiment in world.query(
            "SELECT text, language, sentiment FROM comments JOIN translated_comments USING (comment_id) "
            "JOIN sentiment_scores USING (comment_id)"
        )
    }
    assert found["Excelente servicio, nunca se corta"] == ("es", "positive")
    assert found["Ndaipóri internet, mbegueterei la conexión"][0] in ("gn", "mixed")
    assert found["Ndaipóri internet, mbegueterei la conexión"][1] == "negative"
    assert found["Muy caro para lo que es pero anda bien"][1] == "mixed"
    themes = {theme for (theme,) in world.query("SELECT DISTINCT theme FROM comment_themes")}
    assert {"outages", "price", "speed"} <= themes


def test_a_rerun_changes_nothing(world: World):
    world.drop("enero.csv")
    world.analyse("enero.csv")
    before = {name: world.query(f"SELECT * FROM {name} ORDER BY ALL") for name in BATCH_ASSETS}
    world.analyse("enero.csv")
    assert {name: world.query(f"SELECT * FROM {name} ORDER BY ALL") for name in BATCH_ASSETS} == before


def test_dropping_again_under_the_same_name_replaces(world: World):
    world.drop("enero.csv")
    world.analyse("enero.csv")
    world.drop("enero.csv", [("Ahora anda bien", 9, 9, "01/03/2026", "C9", "Luque")])
    world.analyse("enero.csv")
    for name in ("raw_comments", "comments", "translated_comments", "sentiment_scores"):
        assert world.query(f"SELECT count(*) FROM {name}") == [(1,)]


def test_a_copy_under_another_name_is_linked_and_said_to_be_one(world: World):
    world.drop("enero.csv")
    world.drop("copia.csv")
    world.analyse("enero.csv")
    result = world.analyse("copia.csv")
    assert world.query("SELECT count(*) FROM comments WHERE batch = 'copia.csv' AND duplicate_of IS NULL") == [(0,)]
    assert world.query("SELECT count(*) FROM comments WHERE batch = 'enero.csv' AND duplicate_of IS NOT NULL") == [(0,)]
    materialization = next(
        item for item in result.asset_materializations_for_node("raw_comments") if item.label == "raw_comments"
    )
    assert materialization.metadata["is_copy"].value is True


def test_an_unreadable_file_is_quarantined_and_others_go_on(world: World):
    bad = world.inbox / "roto.xlsx"
    bad.parent.mkdir(parents=True)
    bad.write_bytes(b"PK\x03\x04 not a workbook at all")
    world.drop("enero.csv")
    failed = world.analyse("roto.xlsx")
    assert not failed.success
    assert world.analyse("enero.csv").success
    assert not bad.exists()
    note = (world.settings.quarantine_dir / "roto.xlsx.why.txt").read_text()
    assert "roto.xlsx" in note
    described = failed.get_step_failure_events()[0].step_failure_data.user_failure_data.description
    assert "quarantined" in described


def test_a_batch_in_quarantine_says_so_when_run_again(world: World):
    bad = world.inbox / "roto.xlsx"
    bad.parent.mkdir(parents=True)
    bad.write_bytes(b"")
    world.analyse("roto.xlsx")
    failure = world.analyse("roto.xlsx").get_step_failure_events()[0].step_failure_data.user_failure_data
    assert "in quarantine" in failure.description


def test_a_mended_file_leaves_the_quarantine(world: World):
    bad = world.inbox / "enero.csv"
    bad.parent.mkdir(parents=True)
    bad.write_bytes(b"")
    world.analyse("enero.csv")
    assert (world.settings.quarantine_dir / "enero.csv").exists()
    world.drop("enero.csv")
    assert world.analyse("enero.csv").success
    assert not (world.settings.quarantine_dir / "enero.csv").exists()


class BrokenSentiment:
    """Scores beyond the allowed range."""

    name = "broken"
    model = "broken-1"

    def answer(self, request: pd.DataFrame) -> Answers:
        count = len(request)
        return Answers(
            pd.DataFrame(
                {
                    "item": range(count),
                    "sentiment": "positive",
                    "score": 7.0,
                    "intensity": "mild",
                    "confidence": 0.5,
                    "evidence": [[]] * count,
                    "emotions": [[]] * count,
                    "urgency": "low",
                    "urgency_evidence": [[]] * count,
                    "prompt_version": None,
                }
            )
        )


def test_a_frame_that_fails_its_checks_is_never_written(world: World):
    world.drop("enero.csv")
    world.analyse("enero.csv")
    before = world.query("SELECT * FROM sentiment_scores ORDER BY ALL")
    chains = build_chains(world.settings)
    broken = type(chains)(chains.language, chains.translation, [BrokenSentiment()], chains.themes)
    result = world.analyse("enero.csv", {"engines": EnginesResource(world.settings, broken)})
    assert not result.success
    assert outcomes(result)["sentiment_scores", "schema"] is False
    assert outcomes(result)["translated_comments", "schema"] is True
    assert world.query("SELECT * FROM sentiment_scores ORDER BY ALL") == before


def test_a_fallback_is_marked_and_warned_of(world: World):
    class Refusing:
        name = "refusing"
        model = "refusing-1"

        def answer(self, request: pd.DataFrame) -> Answers:
            return Answers(pd.DataFrame({"item": []}), dict.fromkeys(range(len(request)), "not today"))

    world.drop("enero.csv")
    chains = build_chains(world.settings)
    chain = type(chains)(chains.language, chains.translation, [Refusing(), *chains.sentiment], chains.themes)
    result = world.analyse("enero.csv", {"engines": EnginesResource(world.settings, chain)})
    assert result.success
    assert world.query("SELECT DISTINCT engine, is_fallback, fallback_reason FROM sentiment_scores") == [
        ("local", True, "refusing: not today")
    ]
    assert outcomes(result)["sentiment_scores", "no_fallback"] is False


def test_rejected_rows_keep_their_reason(world: World):
    path = world.inbox / "enero.csv"
    path.parent.mkdir(parents=True)
    path.write_text(",".join(HEADER) + "\nBueno,9,9,01/01/2026,C1,Luque\n,,,,C2,Luque\n", encoding="utf-8")
    result = world.analyse("enero.csv")
    assert result.success
    assert world.query("SELECT count(*) FROM raw_comments") == [(1,)]
    ((number, reason),) = world.query("SELECT row_number, reason FROM rejected_rows")
    assert number == 3
    assert reason


def test_materializations_report_schema_lineage_rows_and_plots(world: World):
    world.drop("enero.csv")
    result = world.analyse("enero.csv")
    for name in BATCH_ASSETS:
        node = "raw_comments" if name == "rejected_rows" else name
        found = [item for item in result.asset_materializations_for_node(node) if item.label == name]
        metadata = found[0].metadata
        assert metadata["dagster/row_count"].value == world.warehouse.row_counts()[name]
        assert metadata["dagster/column_schema"].value.columns
    sentiment = result.asset_materializations_for_node("sentiment_scores")[0].metadata
    lineage = sentiment["dagster/column_lineage"].value.deps_by_column
    assert {dep.asset_key.to_user_string() for dep in lineage["sentiment"]} == {"comments", "translated_comments"}
    assert "data:image/png;base64," in sentiment["plot"].value
