"""`kill -9` at seeded moments: what was stored is never asked again, and the end is as if nothing had happened."""

import random
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import pytest

from fiber_pipeline.services.store.opening import open_store
from fiber_pipeline_tests.servers.openai_server import OpenAIServer
from fiber_pipeline_tests.servers.record import Exchange
from fiber_pipeline_tests.services.killing.enriching import CONCURRENCY, KEYS, TEXTS, begin, finish, kill

MOMENTS = 20
LATENCY = 0.02
# Some settle what has come while others ask; see `Execution`.
UNSETTLED = CONCURRENCY + max(2, CONCURRENCY // 4)


@pytest.fixture(scope="module")
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer(latency=LATENCY) as running:
        yield running


@pytest.fixture(scope="module")
def undisturbed(server: OpenAIServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    folder = tmp_path_factory.mktemp("undisturbed")
    return finish(begin(server.base_url, folder), folder)


def asked_in(exchanges: Sequence[Exchange]) -> list[set[str]]:
    """The texts of each request."""
    return [set(exchange.said) & set(TEXTS) for exchange in exchanges]


def stored(folder: Path) -> Collection[str]:
    store = open_store(None, folder)
    found = store.find(KEYS)
    store.close()
    return {text for text, key in zip(TEXTS, KEYS, strict=True) if key in found}


def calls(folder: Path, status: str) -> int:
    store = open_store(None, folder)
    count = sum(call["status"] == status for call in store.calls())
    store.close()
    return count


@pytest.mark.parametrize("seed", range(MOMENTS))
def test_a_killed_run_repeats_only_what_was_under_way(
    seed: int, server: OpenAIServer, undisturbed: dict[str, object], tmp_path: Path
):
    chance = random.Random(seed)
    before = len(server.record)
    process = begin(server.base_url, tmp_path)
    until = before + chance.randint(1, len(TEXTS) // 10)
    server.record.wait_for(lambda record: len(record) >= until)
    time.sleep(chance.uniform(0, 2 * LATENCY))
    kill(process)
    first = asked_in(server.record.exchanges[before:])
    kept, left_open = stored(tmp_path), calls(tmp_path, "open")
    assert left_open <= UNSETTLED

    between = len(server.record)
    answers = finish(begin(server.base_url, tmp_path), tmp_path)
    second = asked_in(server.record.exchanges[between:])
    assert answers == undisturbed
    assert not set().union(*second) & set(kept)
    assert sum(map(len, second)) == len(TEXTS) - len(kept)
    repeated = set().union(*first) & set().union(*second)
    assert len(repeated) <= 10 * left_open
    # What was left open stays in the books as possibly paid.
    assert calls(tmp_path, "open") == left_open
