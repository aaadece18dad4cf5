"""`fiber run` told to stop, and killed: what is done stays done, what is paid stays paid, and the next run goes on."""

import os
import signal
import sqlite3
from collections.abc import Iterator

import pytest

from fiber_pipeline_tests.cli.command import Command, begin
from fiber_pipeline_tests.servers.openai_server import OpenAIServer
from fiber_pipeline_tests.services.killing.analysing import TEXTS
from fiber_pipeline_tests.services.killing.test_pipeline_killed import ITEMS, UNSETTLED
from fiber_pipeline_tests.world import World

BATCHES = ("a.csv", "b.csv", "c.csv")
# Each text is annotated, those in Jopara are translated too, and the summary is one more.
QUESTIONS = len(BATCHES) * (len(TEXTS) + sum("ndoikói" in text for text in TEXTS)) + 1


@pytest.fixture(scope="module")
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer(latency=0.05) as running:
        yield running


def started(world: World, server: OpenAIServer, *arguments: str) -> Command:
    """`fiber run` on three batches of as many texts, each of which a service is asked about."""
    for number, batch in enumerate(BATCHES):
        rows = [(f"{text}, dice {number}", 5, None, "05/01/2026", f"C{place}", "") for place, text in enumerate(TEXTS)]
        if not (world.inbox / batch).exists():
            world.drop(batch, rows)
    return begin(
        world.settings.data_dir / "told.txt",
        *(arguments or ("run",)),
        FIBER_DATA_DIR=str(world.settings.data_dir),
        OPENAI_API_KEY="sk-test",
        OPENAI_BASE_URL=f"{server.base_url}/v1",
        FIBER_OPENAI_ITEMS_PER_REQUEST=str(ITEMS),
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_the_next_run_goes_on_where_a_signal_ended_one(world: World, server: OpenAIServer, number: signal.Signals):
    before = len(server.record)
    command = started(world, server)
    # In the middle of the second batch.
    server.record.wait_for(lambda record: len(record) >= before + len(TEXTS) * 3 // ITEMS // 2, timeout=100)
    assert command.process.pid is not None
    os.kill(command.process.pid, number)
    if number is signal.SIGKILL:
        assert command.end() == -number
    else:
        assert command.end() == 128 + number, command.output
        assert f"Stopped by {number.name}" in command.output
    assert "Traceback" not in command.output
    assert "c.csv" not in command.output
    assert world.query("SELECT DISTINCT batch FROM sentiment_scores") == [("a.csv",)]

    assert started(world, server).end() == 0
    analysed = world.query("SELECT batch, count(*) FROM sentiment_scores GROUP BY batch ORDER BY batch")
    assert analysed == [(batch, len(TEXTS)) for batch in BATCHES]
    asked = sum(exchange.items for exchange in server.record.exchanges[before:])
    assert QUESTIONS <= asked <= QUESTIONS + UNSETTLED * ITEMS
    assert states(world) == {"SUCCESS", "FAILURE"}


def states(world: World) -> set[str]:
    with sqlite3.connect(world.settings.dagster_home / "history" / "runs.db") as runs:
        return {status for (status,) in runs.execute("SELECT DISTINCT status FROM runs")}
