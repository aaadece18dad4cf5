"""The sensor that takes in reviewed workbooks, over a real pipeline; what it asks for is run as Dagster would."""

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from fiber_pipeline.annotation.themes import load_taxonomy
from fiber_pipeline.automation.reviews_sensor import reviews_sensor
from fiber_pipeline.review.queue import read_queue
from fiber_pipeline.review.queue_workbook import write_queue
from fiber_pipeline.settings import Settings
from fiber_pipeline_tests.review.reviewers import fill_in
from fiber_pipeline_tests.world import ROWS, World

PRAISE, GUARANI = str(ROWS[1][0]), str(ROWS[2][0])
BATCHES = ("enero.csv", "norte/febrero.csv", "norte/marzo.csv")
RESOURCES = ("settings", "inbox", "warehouse", "engines", "openai_batches")


class Ticks:
    """The sensor, tick after tick, as the daemon evaluates it; a run key that was asked for runs nothing again."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.cursor: str | None = None
        self.done: set[str | None] = set()

    def __call__(self) -> dg.SensorResult:
        definitions = self.world.definitions()
        context = dg.build_sensor_context(
            instance=self.world.instance,
            cursor=self.cursor,
            definitions=definitions,
            resources={name: definitions.resources[name] for name in RESOURCES},
        )
        result = reviews_sensor(context)
        assert isinstance(result, dg.SensorResult)
        self.cursor = result.cursor
        return result

    def run(self, result: dg.SensorResult) -> list[tuple[str | None, str | None]]:
        """Run what a tick asked for; job and batch of each run that there was."""
        for partitions in result.dynamic_partitions_requests or []:
            self.world.instance.add_dynamic_partitions("feedback_batch", partitions.partition_keys)
        asked = [request for request in result.run_requests or [] if request.run_key not in self.done]
        for request in asked:
            self.done.add(request.run_key)
            job = request.job_name or ""
            arguments = {"partition_key": request.partition_key, "asset_selection": request.asset_selection}
            assert self.world.execute(job, **arguments).success
        return [(request.job_name, request.partition_key) for request in asked]

    def until_quiet(self) -> list[tuple[str | None, str | None]]:
        """Run whatever is asked for, tick after tick, until nothing is."""
        ran = []
        while found := self.run(self()):
            ran += found
        return ran


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of three batches with the same comments, analysed."""
    data_dir = tmp_path_factory.mktemp("analysed")
    with dg.DagsterInstance.ephemeral() as instance:
        world = World(Settings(data_dir=data_dir), instance)
        for batch in BATCHES:
            world.drop(batch)
            assert world.analyse(batch).success
    return data_dir


@pytest.fixture
def world(analysed: Path, tmp_path: Path) -> Iterator[World]:
    """A copy of that data, and a Dagster instance that knows nothing of it."""
    data_dir = Path(shutil.copytree(analysed, tmp_path / "data"))
    with dg.DagsterInstance.ephemeral() as instance:
        yield World(Settings(data_dir=data_dir), instance)


@pytest.fixture
def ticks(world: World) -> Ticks:
    return Ticks(world)


def drop_review(world: World, reviewer: str, cells: dict[int | str, dict[str, str | None]], *, age: float = 60) -> Path:
    """A workbook that a person has filled in and dropped into the folder so many seconds ago."""
    path = world.settings.reviews_dir / f"{reviewer}.xlsx"
    if not path.exists():
        with world.warehouse.reader() as connection:
            queue = read_queue(connection, 50)
        write_queue(queue, load_taxonomy().themes, path)
    fill_in(path, reviewer, cells)
    moment = time.time() - age
    os.utime(path, (moment, moment))
    return path


def labels(world: World, text: str) -> set[tuple[str, ...]]:
    return set(
        world.query(
            "SELECT sentiment, language, sentiment_scores.engine, language_engine FROM sentiment_scores "
            f"JOIN translated_comments USING (comment_id) JOIN comments USING (comment_id) WHERE text = '{text}'"
        )
    )


def test_a_dropped_workbook_reaches_every_batch_and_then_nothing_runs(world: World, ticks: Ticks):
    assert ticks.until_quiet() == []
    drop_review(world, "Ana", {PRAISE: {"Sentimiento": "Negativo"}, GUARANI: {"Idioma": "Español"}})
    assert ticks.until_quiet() == [("take_in_reviews", None), *(("analyse_batch", batch) for batch in BATCHES)]
    assert labels(world, PRAISE) == {("negative", "es", "human", "human")}
    assert {told[1:] for told in labels(world, GUARANI)} == {("es", "human", "human")}
    # A lost cursor repeats nothing either: Dagster knows the key.
    ticks.cursor = None
    assert ticks.until_quiet() == []
    assert "every batch says what people say" in ticks().skip_reason.skip_message


def test_only_what_follows_the_comments_is_run_again(world: World, ticks: Ticks):
    drop_review(world, "Ana", {PRAISE: {"Sentimiento": "Negativo"}})
    ticks.run(ticks())
    for batch in BATCHES:
        (world.inbox / batch).unlink()
    ticks.until_quiet()
    assert labels(world, PRAISE) == {("negative", "es", "human", "human")}


def test_workbooks_that_come_together_are_one_run(world: World, ticks: Ticks):
    drop_review(world, "Ana", {PRAISE: {"Revisado": "Sí"}})
    drop_review(world, "Beto", {PRAISE: {"Revisado": "Sí"}})
    (request,) = ticks().run_requests
    assert request.job_name == "take_in_reviews"


def test_a_workbook_still_being_written_or_open_in_excel_waits(world: World, ticks: Ticks):
    path = drop_review(world, "Ana", {PRAISE: {"Sentimiento": "Negativo"}}, age=0)
    assert "1 still settling" in ticks().skip_reason.skip_message
    lock = path.with_name(f"~${path.name}")
    lock.write_bytes(b"")
    assert not ticks().run_requests
    lock.unlink()
    assert ticks.run(ticks()) == [("take_in_reviews", None)]


def test_every_word_is_run_once_and_a_failed_run_waits_for_the_next_one(world: World, ticks: Ticks):
    drop_review(world, "Ana", {PRAISE: {"Sentimiento": "Negativo"}})
    ticks.run(ticks())
    first = ticks()
    assert [request.partition_key for request in first.run_requests] == list(BATCHES)
    # Nothing came of the runs.
    assert "3 batches do not say what people say" in ticks().skip_reason.skip_message
    # After a restart that lost the cursor, Dagster knows the keys.
    ticks.cursor = None
    ticks.run(ticks())
    assert [request.run_key for request in ticks().run_requests] == [request.run_key for request in first.run_requests]
    drop_review(world, "Ana", {PRAISE: {"Sentimiento": "Mixto"}})
    ticks.run(ticks())
    keys = {request.run_key for request in ticks().run_requests}
    assert len(keys) == 3 and keys.isdisjoint(request.run_key for request in first.run_requests)


def test_batches_are_asked_for_in_bounded_ticks(world: World, ticks: Ticks):
    world.settings = replace(world.settings, batches_per_tick=2)
    drop_review(world, "Ana", {PRAISE: {"Sentimiento": "Negativo"}})
    ticks.run(ticks())
    asked = [[request.partition_key for request in ticks().run_requests or []] for _ in range(3)]
    assert asked == [list(BATCHES[:2]), [BATCHES[2]], []]


def test_a_batch_waits_for_another_run_of_it_but_not_for_ever(
    world: World, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
):
    drop_review(world, "Ana", {PRAISE: {"Sentimiento": "Negativo"}})
    ticks.run(ticks())
    job = world.definitions().resolve_job_def("analyse_batch")
    world.instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED, tags={"dagster/partition": BATCHES[0]})
    assert [request.partition_key for request in ticks().run_requests] == list(BATCHES[1:])
    assert not ticks().run_requests
    monkeypatch.setattr("fiber_pipeline.operations.under_way.LONGEST_RUN", timedelta(0))
    assert [request.partition_key for request in ticks().run_requests] == [BATCHES[0]]


def test_in_batch_mode_what_corrections_ask_of_openai_is_submitted(world: World, ticks: Ticks):
    drop_review(world, "Ana", {PRAISE: {"Sentimiento": "Negativo"}})
    ticks.run(ticks())
    world.settings = replace(world.settings, openai_mode="batch", openai_base_url="http://127.0.0.1:9/v1")
    request = ticks().run_requests[0]
    assert (request.job_name, request.partition_key) == ("submit_batch", BATCHES[0])
    assert request.asset_selection == [dg.AssetKey("openai_submissions")]
