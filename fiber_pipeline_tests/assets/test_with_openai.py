from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from fiber_pipeline.settings import Settings
from fiber_pipeline_tests.servers.openai_server import OpenAIServer
from fiber_pipeline_tests.world import ROWS, World

KEY = "sk-planted-1234567890"
PERSONAL = ("0981 123 456", "Luque", "C1")


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer(keys={KEY}) as running:
        yield running


@pytest.fixture
def world(tmp_path: Path, server: OpenAIServer) -> Iterator[World]:
    settings = Settings.from_environment(
        {"FIBER_DATA_DIR": str(tmp_path / "data"), "OPENAI_BASE_URL": f"{server.base_url}/v1", "OPENAI_API_KEY": KEY}
    )
    with dg.DagsterInstance.ephemeral() as instance:
        yield World(settings, instance)


def test_with_a_key_everything_is_asked_of_openai_once_and_nothing_personal(world: World, server: OpenAIServer):
    # More than a sample's worth, so that there is something to recommend.
    world.drop("enero.csv", [(f"{row[0]} {number}", *row[1:]) for number in range(12) for row in ROWS])
    assert world.analyse("enero.csv").success
    assert world.refresh().success
    asked = len(server.record)
    assert world.query("SELECT DISTINCT engine, is_fallback FROM sentiment_scores") == [("openai", False)]
    assert world.query("SELECT DISTINCT engine, is_fallback FROM comment_themes") == [("openai", False)]
    made = world.query(
        "SELECT DISTINCT translation_engine, prompt_version FROM translated_comments WHERE language = 'mixed'"
    )
    assert made == [("openai", "translate-v1")]
    advice = world.query("SELECT title, engine, model FROM recommendations")
    assert advice and {engine for _, engine, _ in advice} == {"openai"}
    assert all(title.startswith("Primero: ") for title, _, _ in advice)
    server.record.assert_clean([KEY, *PERSONAL])
    # Everything is stored: the same again costs nothing.
    assert world.analyse("enero.csv").success
    assert world.refresh().success
    assert len(server.record) == asked
