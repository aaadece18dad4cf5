"""Many batches in one process, as `fiber run` does them."""

import dataclasses
import logging
from pathlib import Path

import dagster as dg
import pytest

from fiber_pipeline.definitions import build_definitions
from fiber_pipeline.inbox import Inbox
from fiber_pipeline.operations.forgetting import forget_customer
from fiber_pipeline.operations.pipeline import Pipeline
from fiber_pipeline.settings import Settings
from fiber_pipeline.warehouse import Warehouse
from fiber_pipeline_tests.readers.hostile_files import write_hostile_files
from fiber_pipeline_tests.world import ROWS, World

OWN_THEME = """
themes:
  advertising:
    label_es: Publicidad
    label_en: Advertising
    category: loyalty
    description_es: Anuncios.
    description_en: Ads.
    words: [publicidad]
"""


def open_pipeline(world: World, settings: Settings) -> Pipeline:
    quiet = dg.LoggerDefinition(lambda context: logging.Logger("quiet", logging.CRITICAL))
    return Pipeline(settings, world.instance, build_definitions(settings=settings, logger=quiet))


@pytest.fixture
def pipeline(world: World) -> Pipeline:
    world.inbox.mkdir(parents=True, exist_ok=True)
    return open_pipeline(world, world.settings)


def test_a_hostile_folder_loses_no_row_and_stops_no_other_batch(world: World, pipeline: Pipeline, tmp_path: Path):
    expected = write_hostile_files(tmp_path / "hostile")
    world.drop("bueno.csv")
    batches = Inbox(world.settings.inbox_url).add([tmp_path / "hostile"]).batches
    results = {batch: pipeline.analyse(batch) for batch in [*batches, "bueno.csv"]}
    assert not results["bueno.csv"].failed
    assert world.query("SELECT count(*) FROM comments WHERE batch = 'bueno.csv'") == [(len(ROWS),)]
    outcomes = {batch: "fails" if result.failed else "reads" for batch, result in results.items()}
    assert {name: outcomes[name] for name in expected if name in outcomes} == {
        name: outcome for name, outcome in expected.items() if name in outcomes
    }
    assert len(batches) >= len(expected) - 2
    for batch, result in results.items():
        if result.failed:
            assert "quarantined" in (result.problem or ""), (batch, result.problem)
            assert not (world.inbox / batch).exists()
    assert world.query("SELECT count(*) FROM comments WHERE is_main") == world.query(
        "SELECT count(*) FROM raw_comments"
    )


def test_only_what_is_not_up_to_date_is_done(world: World, pipeline: Pipeline):
    world.drop("enero.csv")
    world.drop("febrero.csv", [("Ahora anda bien", 9, 9, "01/03/2026", "C9", "Luque")])
    assert [pipeline.analyse(batch).skipped for batch in ("enero.csv", "febrero.csv")] == [False, False]
    world.drop("febrero.csv", [("Ahora anda mal", 2, 2, "01/03/2026", "C9", "Luque")])
    assert [pipeline.analyse(batch).skipped for batch in ("enero.csv", "febrero.csv")] == [True, False]
    assert [pipeline.analyse(batch, force=True).skipped for batch in ("enero.csv", "febrero.csv")] == [False, False]
    assert world.query("SELECT text FROM comments WHERE batch = 'febrero.csv'") == [("Ahora anda mal",)]


def test_after_a_first_run_nothing_that_a_step_reads_was_never_materialized(world: World, pipeline: Pipeline):
    world.drop("enero.csv")
    pipeline.analyse("enero.csv")
    event = world.instance.get_latest_materialization_event(dg.AssetKey("corrections"))
    assert event is not None
    assert event.asset_materialization.metadata["dagster/row_count"].value == 0
    noted = event.timestamp
    pipeline.analyse("enero.csv", force=True)
    assert world.instance.get_latest_materialization_event(dg.AssetKey("corrections")).timestamp == noted


def test_a_name_that_cannot_be_a_key_fails_alone(world: World, pipeline: Pipeline):
    world.drop("a...b.csv")
    result = pipeline.analyse("a...b.csv")
    assert result.failed
    assert "rename" in (result.problem or "")
    assert (world.settings.quarantine_dir / "a...b.csv").exists()


def test_a_changed_setting_makes_anew_what_it_decides(world: World, pipeline: Pipeline, tmp_path: Path):
    world.drop("enero.csv")
    pipeline.analyse("enero.csv")
    taxonomy = tmp_path / "themes.yaml"
    taxonomy.write_text(OWN_THEME)
    changed = open_pipeline(world, dataclasses.replace(world.settings, taxonomy=taxonomy))
    assert [changed.analyse("enero.csv").skipped for _ in range(2)] == [False, True]


def test_figures_of_an_earlier_history_are_measured_anew_however_late_they_were_written(
    world: World, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
):
    world.drop("enero.csv")
    world.drop("febrero.csv", [("Todo bien con el servicio nuevo", 9, 9, "03/02/2026", "C9", "Luque")])
    pipeline.analyse("enero.csv")
    earlier = world.warehouse.history()
    assert world.analyse("febrero.csv").success
    with monkeypatch.context() as slow:
        # A refresh that read before the second batch was written, and was slower to write than that.
        slow.setattr(Warehouse, "history", lambda _: earlier)
        pipeline.refresh()
    later = open_pipeline(world, world.settings)
    assert not later.refresh().skipped
    assert later.refresh().skipped


def test_what_forgetting_takes_away_the_next_run_makes_anew(world: World, pipeline: Pipeline):
    volume = "SELECT value FROM insights WHERE metric = 'volume' AND dimension = 'all' AND period = 'all'"
    world.drop("enero.csv")
    pipeline.analyse("enero.csv")
    pipeline.refresh()
    assert world.query(volume) == [(len(ROWS),)]
    later = open_pipeline(world, world.settings)
    assert later.refresh().skipped
    forget_customer(world.settings, "C1")
    assert not later.refresh().skipped
    assert world.query(volume) == [(len(ROWS) - 1,)]
    assert (world.settings.outputs_dir / "fiber_report.html").exists()
    assert later.refresh().skipped
