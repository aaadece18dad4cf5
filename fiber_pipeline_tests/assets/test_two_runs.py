"""Two runs of one batch at once, the file replaced in the middle: nothing they leave mixes the two contents."""

import logging
import random
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import dagster as dg
import pytest

from fiber_pipeline.annotation.chains import build_chains
from fiber_pipeline.definitions import build_definitions
from fiber_pipeline.insight import incomplete_batches
from fiber_pipeline.operations.pipeline import Pipeline
from fiber_pipeline.resources import EnginesResource
from fiber_pipeline.settings import Settings
from fiber_pipeline.warehouse import Overtaken, Warehouse
from fiber_pipeline_tests.world import ROWS, World

BATCH = "enero.csv"
CORRECTED = [("Ahora anda perfecto, gracias", 10, 10, "05/01/2026", "C1", "Luque"), ("Sigue lento", 3, 3, "", "C2", "")]
# Reading, cleaning, translating, scoring, finding themes; each ends in a write.
STEPS = 5
PER_COMMENT = ("translated_comments", "sentiment_scores")
_OF_NO_COMMENT = "SELECT count(*) FROM {} AS t ANTI JOIN comments USING (batch, comment_id)"


class Killed(Exception):  # noqa: N818 - what happened
    """The process is gone."""


class Moments:
    """Lets something happen just before a thread's n-th write to the warehouse, or lets it write no more."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._planned: dict[tuple[int, int], Callable[[], None]] = {}
        self._last: dict[int, int] = {}
        self._written: dict[int, int] = {}
        genuine = Warehouse.write_many

        def write_many(warehouse: Warehouse, *arguments: Any, **named: Any) -> Any:
            thread = threading.get_ident()
            count = self._written[thread] = self._written.get(thread, 0) + 1
            if count > self._last.get(thread, count):
                raise Killed
            self._planned.pop((thread, count), lambda: None)()
            return genuine(warehouse, *arguments, **named)

        monkeypatch.setattr(Warehouse, "write_many", write_many)

    def before_write(self, number: int, happens: Callable[[], None]) -> None:
        """Counted from now on, in this thread."""
        self._written[threading.get_ident()] = 0
        self._planned[threading.get_ident(), number] = happens

    def end_after(self, writes: int) -> None:
        """Let this thread write so often and never again."""
        self._last[threading.get_ident()] = writes


@pytest.fixture
def moments(monkeypatch: pytest.MonkeyPatch) -> Moments:
    # Drawing them takes longer than everything else that a batch of six comments goes through.
    monkeypatch.setattr(sys.modules["fiber_pipeline.assets.publishing"], "preview", lambda *_: {})
    return Moments(monkeypatch)


@cache
def engines() -> dict[str, Any]:
    """One set of engines for all runs: lexicons take longer to load than a small batch to analyse."""
    settings = Settings()
    return {"engines": EnginesResource(settings, build_chains(settings))}


def pipeline_of(world: World) -> Pipeline:
    quiet = dg.LoggerDefinition(lambda context: logging.Logger("quiet", logging.CRITICAL))
    return Pipeline(world.settings, world.instance, build_definitions(engines(), world.settings, quiet))


def elsewhere(settings: Settings, moments: Moments, killed_before: int | None) -> None:
    """Another run of the batch, to its end or until it is killed before its n-th write."""

    def run() -> bool:
        moments.end_after(STEPS if killed_before is None else killed_before - 1)
        with dg.DagsterInstance.ephemeral() as instance:
            return World(settings, instance).analyse(BATCH, engines()).success

    with ThreadPoolExecutor(1) as other:
        assert other.submit(run).result() == (killed_before is None)


def mixed(world: World) -> dict[str, int]:
    """Rows that belong to no comment there is, by table, while the batch says it is whole."""
    with world.warehouse.reader() as connection:
        if incomplete_batches(connection):
            return {}
    return {
        table: count
        for table in (*PER_COMMENT, "comment_themes")
        for ((count,),) in [world.query(_OF_NO_COMMENT.format(table))]
        if count
    }


def texts(world: World) -> list[Any]:
    return [text for (text,) in world.query("SELECT comment FROM raw_comments ORDER BY row_number")]


def assert_whole(world: World, rows: Any) -> None:
    assert texts(world) == [row[0] or None for row in rows]
    assert mixed(world) == {}
    with world.warehouse.reader() as connection:
        assert incomplete_batches(connection) == []
    for table in ("comments", *PER_COMMENT):
        assert world.query(f"SELECT count(*) FROM {table}") == [(len(rows),)], table


def moments_of(seed: int) -> tuple[int, int | None]:
    """Before which write the other run comes, and before which of its own it is killed, if it is."""
    chance = random.Random(seed)
    return chance.randint(1, STEPS), chance.choice([None, None, *range(1, STEPS + 1)])


@pytest.mark.parametrize("seed", range(20))
def test_no_two_readings_meet_in_a_batch(seed: int, world: World, moments: Moments):
    comes, killed_before = moments_of(seed)

    def other() -> None:
        world.drop(BATCH, CORRECTED)
        elsewhere(world.settings, moments, killed_before)

    world.drop(BATCH)
    moments.before_write(comes, other)
    result = world.analyse(BATCH, engines())
    written = killed_before is None or killed_before > 1
    # Only who still reads can take in what the other has read; whoever is further on is overtaken, and says so.
    assert result.success == (comes == 1 or not written)
    if not result.success:
        (first, *_) = result.get_step_failure_events()
        assert first.step_failure_data.error.cause.cls_name == Overtaken.__name__
    assert mixed(world) == {}
    assert pipeline_of(world).analyse(BATCH).problem is None
    assert_whole(world, CORRECTED)


def test_the_command_does_an_overtaken_batch_again_by_itself(world: World, moments: Moments):
    def other() -> None:
        world.drop(BATCH, CORRECTED)
        elsewhere(world.settings, moments, None)

    world.drop(BATCH)
    pipeline = pipeline_of(world)
    moments.before_write(4, other)
    assert pipeline.analyse(BATCH).problem is None
    assert_whole(world, CORRECTED)


def test_a_run_that_is_overtaken_again_and_again_gives_up_and_says_so(world: World, monkeypatch: pytest.MonkeyPatch):
    def always(*_: Any) -> None:
        raise Overtaken("enero.csv was overtaken by another run")

    world.drop(BATCH)
    monkeypatch.setattr("fiber_pipeline.warehouse.warehouse.record", always)
    result = pipeline_of(world).analyse(BATCH)
    assert "overtaken by another run" in (result.problem or "")


def test_a_batch_left_half_done_is_left_out_and_done_again(world: World, moments: Moments):
    world.drop("febrero.csv")
    pipeline = pipeline_of(world)
    assert pipeline.analyse("febrero.csv").problem is None
    world.drop(BATCH, CORRECTED)
    elsewhere(world.settings, moments, 4)
    volume = "SELECT value FROM insights WHERE metric = 'volume' AND dimension = 'all' AND period = 'all'"
    result = world.refresh()
    assert result.success
    assert world.query(volume) == [(len(ROWS),)]
    (check,) = [each for each in result.get_asset_check_evaluations() if each.check_name == "batches_are_whole"]
    assert not check.passed
    assert check.metadata["incomplete"].value == 1
    page = (world.settings.outputs_dir / "fiber_report.html").read_text("utf-8")
    assert "No se cuenta 1 archivo sin análisis completo: enero.csv." in page
    assert pipeline_of(world).analyse(BATCH).problem is None
    assert world.refresh().success
    assert world.query(volume) == [(len(ROWS) + len(CORRECTED),)]


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level("CRITICAL")
    yield
