"""`kill -9` in the middle of a batch: the rerun ends with an undisturbed run's tables, and pays for nothing twice."""

import random
from collections.abc import Iterator
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from fiber_pipeline_tests.servers.openai_server import OpenAIServer
from fiber_pipeline_tests.services.killing.analysing import begin, world_of
from fiber_pipeline_tests.services.killing.enriching import kill

# Requests under way at once, and answers that are being settled meanwhile; see `Execution`.
UNSETTLED = 10 + 2
ITEMS = 5
# All but when they were made.
TABLES = {
    "comments": "* EXCLUDE (ingested_at)",
    "translated_comments": "*",
    "sentiment_scores": "*",
    "comment_themes": "*",
}
Tables = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer(latency=0.05) as running:
        yield running


@pytest.fixture(scope="module")
def undisturbed(server: OpenAIServer, tmp_path_factory: pytest.TempPathFactory) -> tuple[Tables, int]:
    """The tables, and how many texts were asked about."""
    folder = tmp_path_factory.mktemp("undisturbed")
    end(begin(server.base_url, folder))
    return tables(server, folder), server.record.answered_items()


def end(process: ForkServerProcess) -> None:
    process.join(200)
    assert process.exitcode == 0


def tables(server: OpenAIServer, folder: Path) -> Tables:
    with dg.DagsterInstance.ephemeral() as instance:
        world = world_of(server.base_url, folder, instance)
        return {table: world.query(f"SELECT {what} FROM {table} ORDER BY ALL") for table, what in TABLES.items()}


@pytest.mark.parametrize("seed", range(2))
def test_a_killed_batch_ends_as_if_nothing_had_happened(
    seed: int, server: OpenAIServer, undisturbed: tuple[Tables, int], tmp_path: Path
):
    expected, texts = undisturbed
    before = len(server.record)
    process = begin(server.base_url, tmp_path)
    until = before + random.Random(seed).randint(3, texts // ITEMS - 1)
    server.record.wait_for(lambda record: len(record) >= until, timeout=200)
    kill(process)
    assert process.exitcode != 0
    end(begin(server.base_url, tmp_path))
    assert tables(server, tmp_path) == expected
    asked = sum(exchange.items for exchange in server.record.exchanges[before:])
    assert texts <= asked <= texts + UNSETTLED * ITEMS
