"""Commands told to stop, and killed: what is done stays done, what is paid stays paid, and the next run goes on."""

import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from fiber_pipeline.cli.problems import run_command
from fiber_pipeline.cli.stopping import Stop
from fiber_pipeline_tests.cli.command import Command, begin
from fiber_pipeline_tests.processes import PROCESSES
from fiber_pipeline_tests.servers.openai_server import OpenAIServer
from fiber_pipeline_tests.services.killing.analysing import TEXTS
from fiber_pipeline_tests.services.killing.test_pipeline_killed import ITEMS, UNSETTLED
from fiber_pipeline_tests.world import World

BATCHES = ("a.csv", "b.csv", "c.csv")
SOME = TEXTS[::4]
# Each text is annotated, and those in Jopara are translated too; the summary is one more.
OF_A_BATCH = len(SOME) + sum("ndoikói" in text for text in SOME)
QUESTIONS = len(BATCHES) * OF_A_BATCH + 1


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer(latency=0.2) as running:
        yield running


@pytest.fixture
def begun() -> Iterator[list[Command]]:
    commands: list[Command] = []
    yield commands
    for command in commands:
        command.process.kill()


def run(world: World, server: OpenAIServer) -> Command:
    """`fiber run` on three batches, about each of whose texts a service is asked."""
    return begin(
        world.settings.data_dir / "told.txt",
        "run",
        FIBER_DATA_DIR=str(world.settings.data_dir),
        OPENAI_API_KEY="sk-test",
        OPENAI_BASE_URL=f"{server.base_url}/v1",
        FIBER_OPENAI_ITEMS_PER_REQUEST=str(ITEMS),
        FIBER_CONCURRENCY="2",
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_the_next_run_goes_on_where_a_signal_ended_one(
    world: World, server: OpenAIServer, begun: list[Command], number: signal.Signals
):
    for name, batch in enumerate(BATCHES):
        rows = [(f"{text}, dice {name}", 5, None, "05/01/2026", f"C{place}", "") for place, text in enumerate(SOME)]
        world.drop(batch, rows)
    begun.append(run(world, server))
    # In the middle of the second batch.
    server.record.wait_for(lambda record: record.answered_items() > OF_A_BATCH, timeout=250)
    assert begun[0].process.pid is not None
    os.kill(begun[0].process.pid, number)
    if number is signal.SIGKILL:
        assert begun[0].end() == -number
    else:
        assert begun[0].end() == 128 + number, begun[0].output
        assert f"Stopped by {number.name}" in begun[0].output
    assert "Traceback" not in begun[0].output
    assert "[3/3] c.csv" not in begun[0].output
    assert world.query("SELECT DISTINCT batch FROM sentiment_scores") == [("a.csv",)]

    begun.append(run(world, server))
    assert begun[1].end() == 0, begun[1].output
    analysed = world.query("SELECT batch, count(*) FROM sentiment_scores GROUP BY batch ORDER BY batch")
    assert analysed == [(batch, len(SOME)) for batch in BATCHES]
    asked = sum(exchange.items for exchange in server.record.exchanges)
    assert QUESTIONS <= asked <= QUESTIONS + UNSETTLED * ITEMS
    with sqlite3.connect(world.settings.dagster_home / "history" / "runs.db") as runs:
        states = {status for (status,) in runs.execute("SELECT DISTINCT status FROM runs")}
    assert states == {"SUCCESS", "FAILURE"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_takes_the_signals_for_itself_ends_as_any_command(tmp_path: Path, number: signal.Signals):
    process = PROCESSES.Process(target=_serve_until, args=(number, tmp_path / "told.txt"))
    process.start()
    process.join(60)
    assert process.exitcode == 128 + number
    assert (tmp_path / "told.txt").read_text().startswith(f"Stopped by {number.name}.")


def _serve_until(number: signal.Signals, log: Path) -> None:
    with log.open("wb") as file:
        os.dup2(file.fileno(), 2)

    async def nothing(scope: object, receive: object, send: object) -> None:
        """No request comes."""

    def serve(stop: Stop) -> None:
        server = uvicorn.Server(uvicorn.Config(nothing, port=0, lifespan="off", log_level="critical"))
        threading.Thread(target=_signal_once_started, args=(server, number), daemon=True).start()
        server.run()

    sys.exit(run_command(serve, debug=False))


def _signal_once_started(server: uvicorn.Server, number: signal.Signals) -> None:
    while not server.started:
        threading.Event().wait(0.01)
    os.kill(os.getpid(), number)
