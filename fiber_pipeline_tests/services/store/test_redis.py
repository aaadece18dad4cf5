"""What only happens where the store is behind a connection."""

import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import redis

from fiber_pipeline.services.store.protocol import Kept, Settled, Spend
from fiber_pipeline.services.store.redis import RedisStore
from fiber_pipeline_tests.services.store.requests import NO_BUDGET, answered, intent


class CuttingProxy:
    """Stands before Redis; once armed, it lets a script through and cuts the connection before its answer."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self._listener.getsockname()[1]}"
        self._armed = threading.Event()
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def arm(self) -> None:
        self._armed.set()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        # Requests and answers take turns on a connection of redis-py, and these are small enough to come in one piece.
        with client, socket.socket(socket.AF_UNIX) as server:
            server.connect(self._path)
            while request := client.recv(1 << 20):
                server.sendall(request)
                answer = server.recv(1 << 20)
                if b"EVALSHA" in request and self._armed.is_set():
                    self._armed.clear()
                    self.cuts += 1
                    return
                client.sendall(answer)


@pytest.fixture
def proxy(redis_url: str) -> Iterator[CuttingProxy]:
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
    proxy = CuttingProxy(urlsplit(redis_url).path)
    yield proxy
    proxy.close()


def test_a_step_whose_answer_is_lost_is_done_once(proxy: CuttingProxy):
    store = RedisStore(proxy.url)
    first = intent("a", "b", usd=0.5)
    store.intend(first, NO_BUDGET)
    store.settle(first.call_id, answered(0.25), [Kept("a", "t", b"1")])
    second = intent("c", usd=0.5)
    proxy.arm()
    store.intend(second, NO_BUDGET)
    assert store.spend() == Spend(0.25, 0.5)
    proxy.arm()
    store.settle(second.call_id, answered(0.125), [Kept("c", "t", b"2")])
    assert store.spend() == Spend(0.375, 0.0)
    proxy.arm()
    store.note_cached(intent("a", "c"))
    assert proxy.cuts == 3
    (told,) = store.statistics()
    assert (told["answers"], told["hits"], told["misses"]) == (2, 2, 2)
    assert len(list(store.calls())) == 3
    store.close()


def test_a_server_that_has_forgotten_the_scripts_is_told_them_again(redis_url: str):
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
        store = RedisStore(redis_url)
        first, second = intent("a", usd=0.5), intent("b", usd=0.25)
        client.script_flush()
        store.intend(first, NO_BUDGET)
        client.script_flush()
        problems = store.record([Settled(first.call_id, answered(0.01), [Kept("a", "text", b"1")]), second], NO_BUDGET)
    assert problems == [None, None]
    assert store.find(["a"]) == {"a": 1}
    assert store.spend() == Spend(0.01, 0.25)
    store.close()
