import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from fiber_pipeline.assets.openai_submissions import openai_submissions
from fiber_pipeline.automation.openai_batch_sensor import openai_batch_sensor
from fiber_pipeline.cleaning.identity import text_key
from fiber_pipeline.operations.forgetting import forget_customer
from fiber_pipeline.resources.openai_batches import OpenAIBatchesResource
from fiber_pipeline.review.corrections import join
from fiber_pipeline.services.openai.batches.journal.opening import FILE_NAME
from fiber_pipeline.settings import Settings
from fiber_pipeline.tables import CORRECTIONS
from fiber_pipeline_tests.review.test_corrections import word
from fiber_pipeline_tests.servers.faults import Fault
from fiber_pipeline_tests.servers.openai_server import OpenAIServer
from fiber_pipeline_tests.services.store.redis_server import redis_server
from fiber_pipeline_tests.world import ROWS, World


class Ticks:
    """The sensor, tick after tick, as the daemon evaluates it."""

    def __init__(self, world: World, batches: OpenAIBatchesResource) -> None:
        self.world = world
        self.batches = batches
        self.cursor: str | None = None

    def __call__(self) -> dg.SensorResult:
        context = dg.build_sensor_context(
            instance=self.world.instance, cursor=self.cursor, resources={"openai_batches": self.batches}
        )
        result = openai_batch_sensor(context)
        assert isinstance(result, dg.SensorResult)
        return result

    def until_runs(self) -> dg.SensorResult:
        for _ in range(6):
            result = self()
            self.cursor = result.cursor
            if result.run_requests:
                return result
        raise AssertionError(f"no run was asked for: {result.skip_reason}")


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer() as running:
        yield running


@pytest.fixture
def world(tmp_path: Path, server: OpenAIServer) -> Iterator[World]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield World(settings_of(tmp_path, server), instance)


@pytest.fixture
def batches(world: World) -> OpenAIBatchesResource:
    return resource_of(world)


def settings_of(folder: Path, server: OpenAIServer, **variables: str) -> Settings:
    return Settings.from_environment(
        {
            "FIBER_DATA_DIR": str(folder / "data"),
            "OPENAI_BASE_URL": f"{server.base_url}/v1",
            "OPENAI_API_KEY": "k",
            "FIBER_OPENAI_MODE": "batch",
            **variables,
        }
    )


def resource_of(world: World) -> OpenAIBatchesResource:
    return OpenAIBatchesResource(world.settings, world.definitions().resources["response_store"])


def say_language(world: World, text: str, language: str) -> None:
    """A person's word on the language of a text, in place of all that was said before."""
    world.warehouse.write(CORRECTIONS, join([word(text_key(text), "Ana", 1, language=language)]))


def submit(world: World, batches: OpenAIBatchesResource, batch: str, **arguments: Any) -> dict[str, Any]:
    """What the job `submit_batch` does for a batch of feedback; what was told of it."""
    world.instance.add_dynamic_partitions("feedback_batch", [batch])
    result = world.execute("submit_batch", {"openai_batches": batches}, partition_key=batch, **arguments)
    assert result.success
    (event,) = [each for each in result.get_asset_materialization_events() if each.asset_key == openai_submissions.key]
    return {name: value.value for name, value in event.materialization.metadata.items()}


def asked_directly(server: OpenAIServer) -> int:
    return sum(exchange.items for exchange in server.record if exchange.path == "/v1/chat/completions")


def test_a_batch_is_analysed_once_its_answers_are_there(
    world: World, batches: OpenAIBatchesResource, server: OpenAIServer
):
    world.drop("enero.csv")
    told = submit(world, batches, "enero.csv")
    assert (told["annotate/texts"], told["translate/texts"]) == (5, 1)
    server.batches.held = True
    ticks = Ticks(world, batches)
    for _ in range(3):
        waiting = ticks()
        assert not waiting.run_requests and "2 submissions are open" in waiting.skip_reason.skip_message
    server.batches.held = False
    (asked,) = ticks.until_runs().run_requests
    assert asked.partition_key == "enero.csv"
    assert asked_directly(server) == 0
    assert world.analyse("enero.csv", {"openai_batches": batches}).success
    assert asked_directly(server) == 0
    server.record.assert_clean(["0981 123 456", "Luque"])
    engines = world.query("SELECT DISTINCT engine FROM sentiment_scores UNION SELECT engine FROM comment_themes")
    assert engines == [("openai",)]


def test_what_people_say_of_a_language_decides_what_is_submitted(
    world: World, batches: OpenAIBatchesResource, server: OpenAIServer
):
    spanish, guarani = ROWS[1][0], ROWS[2][0]
    say_language(world, guarani, "es")
    world.drop("enero.csv")
    told = submit(world, batches, "enero.csv")
    assert (told["annotate/texts"], told["translate/texts"]) == (5, 0)
    ticks = Ticks(world, batches)
    ticks.until_runs()
    assert world.analyse("enero.csv", {"openai_batches": batches}).success
    # Of a batch that is annotated again, only what is not answered yet is submitted.
    say_language(world, spanish, "pt")
    told = submit(world, batches, "enero.csv", asset_selection=[openai_submissions.key])
    assert (told["annotate/texts"], told["translate/texts"]) == (0, 2)
    ticks.until_runs()
    assert world.analyse("enero.csv", {"openai_batches": batches}).success
    assert asked_directly(server) == 0
    spoken = (
        "SELECT language, translation_engine FROM translated_comments JOIN comments USING (comment_id) WHERE text = "
    )
    assert world.query(f"{spoken} '{spanish}'") == [("pt", "openai")]


def test_a_run_is_asked_for_until_dagster_has_heard_of_it(world: World, batches: OpenAIBatchesResource):
    world.drop("enero.csv")
    submit(world, batches, "enero.csv")
    ticks = Ticks(world, batches)
    first = ticks.until_runs()
    # The daemon died before it kept the cursor: the same run is asked for again, under the same key.
    ticks.cursor = None
    again = ticks()
    assert [each.run_key for each in again.run_requests] == [each.run_key for each in first.run_requests]
    ticks.cursor = again.cursor
    after = ticks()
    assert not after.run_requests and json.loads(after.cursor or "") == []


def test_a_batch_waits_for_texts_that_another_has_asked_for(
    world: World, batches: OpenAIBatchesResource, server: OpenAIServer
):
    server.batches.held = True
    world.drop("enero.csv")
    world.drop("febrero.csv", ROWS[:3])
    submit(world, batches, "enero.csv")
    told = submit(world, batches, "febrero.csv")
    assert (told["annotate/texts"], told["annotate/already_asked"]) == (0, 3)
    ticks = Ticks(world, batches)
    assert not ticks().run_requests
    server.batches.held = False
    assert [each.partition_key for each in ticks.until_runs().run_requests] == ["enero.csv", "febrero.csv"]


def test_what_cannot_be_submitted_is_analysed_directly(
    world: World, batches: OpenAIBatchesResource, server: OpenAIServer
):
    server.batches.rejects = "token_limit_exceeded"
    world.drop("enero.csv")
    submit(world, batches, "enero.csv")
    (asked,) = Ticks(world, batches).until_runs().run_requests
    assert world.analyse(asked.partition_key or "", {"openai_batches": batches}).success
    assert asked_directly(server) == 6, "five texts to annotate, one to translate"


def test_nobody_waits_for_ever(world: World, batches: OpenAIBatchesResource, server: OpenAIServer):
    server.batches.held = True
    world.drop("enero.csv")
    submit(world, batches, "enero.csv")
    with sqlite3.connect(world.settings.cache_dir / FILE_NAME) as journal:
        journal.execute("UPDATE submissions SET created_at = created_at - 3 * 86400")
    journal.close()
    (asked,) = Ticks(world, batches).until_runs().run_requests
    late = "not answered within 48 hours"
    assert asked.tags["fiber/asked_directly"] == f"annotate: {late}; translate: {late}"


def test_what_is_forgotten_while_it_is_answered_is_not_kept(
    world: World, batches: OpenAIBatchesResource, server: OpenAIServer
):
    world.drop("enero.csv")
    submit(world, batches, "enero.csv")
    assert forget_customer(world.settings, "C1").submissions == 2
    ticks = Ticks(world, batches)
    for _ in range(5):
        assert not ticks().run_requests
    submissions = batches.open().journal.submissions()
    assert {(each.state, each.answered) for each in submissions} == {("collected", 0)}
    assert not server.batches.files


def test_where_nobody_takes_batches_it_is_analysed_directly_and_said(tmp_path: Path):
    with OpenAIServer(takes_batches=False) as chat, dg.DagsterInstance.ephemeral() as instance:
        world = World(settings_of(tmp_path, chat), instance)
        batches = resource_of(world)
        world.drop("enero.csv")
        host = chat.base_url.removeprefix("http://")
        told = submit(world, batches, "enero.csv")
        refusal = f"no endpoint takes batches ({host}: has no Batch API (HTTP 404))"
        assert told["annotate/held_back"] == refusal
        (asked,) = Ticks(world, batches).until_runs().run_requests
        assert asked.tags["fiber/asked_directly"].startswith(refusal)
        assert world.analyse("enero.csv", {"openai_batches": batches}).success
        assert asked_directly(chat) == 6
        assert world.query("SELECT DISTINCT engine, is_fallback FROM sentiment_scores") == [("openai", False)]


@pytest.mark.parametrize("is_another_there", [True, False])
def test_where_its_endpoint_was_taken_out_nobody_waits(
    is_another_there: bool, world: World, batches: OpenAIBatchesResource, server: OpenAIServer
):
    world.drop("enero.csv")
    submit(world, batches, "enero.csv")
    with OpenAIServer() as other:
        settings = (
            settings_of(world.settings.data_dir.parent, other)
            if is_another_there
            else Settings(data_dir=world.settings.data_dir)
        )
        changed = World(settings, world.instance)
        (asked,) = Ticks(changed, resource_of(changed)).until_runs().run_requests
        name = server.base_url.removeprefix("http://")
        assert f"its endpoint {name} is no longer in the settings" in asked.tags["fiber/asked_directly"]
        assert changed.analyse("enero.csv").success
        engine = "openai" if is_another_there else "local"
        assert changed.query("SELECT DISTINCT engine FROM sentiment_scores") == [(engine,)]
        assert asked_directly(other) == (6 if is_another_there else 0)


def test_an_endpoint_that_cannot_be_asked_is_said_and_asked_again(
    world: World, batches: OpenAIBatchesResource, server: OpenAIServer
):
    world.drop("enero.csv")
    submit(world, batches, "enero.csv")
    server.script.add(Fault("status", status=503))
    ticks = Ticks(world, batches)
    waiting = ticks()
    assert not waiting.run_requests and "could not be asked: unavailable: HTTP 503" in waiting.skip_reason.skip_message
    server.script.clear()
    assert ticks.until_runs().run_requests


def test_workers_that_share_redis_follow_each_others_batches(server: OpenAIServer, tmp_path: Path):
    with redis_server(tmp_path) as url, dg.DagsterInstance.ephemeral() as instance:
        one = World(settings_of(tmp_path / "one", server, FIBER_CACHE_URL=url), instance)
        two = World(settings_of(tmp_path / "two", server, FIBER_CACHE_URL=url), instance)
        one.drop("enero.csv")
        two.drop("febrero.csv", ROWS[:3])
        submit(one, resource_of(one), "enero.csv")
        told = submit(two, resource_of(two), "febrero.csv")
        assert (told["annotate/texts"], told["annotate/already_asked"]) == (0, 3)
        # Another deployment, with an instance of its own, lets both be.
        with dg.DagsterInstance.ephemeral() as elsewhere:
            third = World(settings_of(tmp_path / "three", server, FIBER_CACHE_URL=url), elsewhere)
            ticks = Ticks(third, resource_of(third))
            for _ in range(5):
                result = ticks()
                ticks.cursor = result.cursor
                assert not result.run_requests
        asked = Ticks(two, resource_of(two)).until_runs().run_requests
        assert [each.partition_key for each in asked] == ["enero.csv", "febrero.csv"]
        assert one.analyse("enero.csv").success and asked_directly(server) == 0


def test_without_an_endpoint_there_is_nothing_to_follow(tmp_path: Path):
    settings = Settings(data_dir=tmp_path)
    with dg.DagsterInstance.ephemeral() as instance:
        world = World(settings, instance)
        unused = OpenAIBatchesResource(settings, world.definitions().resources["response_store"])
        assert "no OpenAI endpoint" in Ticks(world, unused)().skip_reason.skip_message
