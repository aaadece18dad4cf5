"""Both stores, empty, for tests that every store must pass."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis

from fiber_pipeline.services.store.ageing import Ageing
from fiber_pipeline.services.store.opening import FILE_NAME
from fiber_pipeline.services.store.protocol import ResponseStore
from fiber_pipeline.services.store.redis import RedisStore
from fiber_pipeline.services.store.sqlite import SqliteStore
from fiber_pipeline_tests.services.store.redis_server import redis_server

Open = Callable[..., ResponseStore]


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis server of this session's own."""
    with redis_server(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture(params=["sqlite", "redis"])
def store_url(request: pytest.FixtureRequest) -> str | None:
    """What FIBER_CACHE_URL is for an empty store: none for the embedded one."""
    if request.param == "sqlite":
        return None
    url: str = request.getfixturevalue("redis_url")
    with redis.Redis.from_url(url) as client:
        client.flushall()
    return url


@pytest.fixture
def open_one(store_url: str | None, tmp_path: Path) -> Iterator[Open]:
    """Opens the store, as often as asked; takes a key, an `Ageing` and a clock."""
    opened = []

    def open_it(
        key: str | None = None, ageing: Ageing | None = None, clock: Callable[[], float] = time.time
    ) -> ResponseStore:
        limits = ageing or Ageing()
        store = (
            SqliteStore(tmp_path / FILE_NAME, key, limits, clock)
            if store_url is None
            else RedisStore(store_url, key, limits, clock)
        )
        opened.append(store)
        return store

    yield open_it
    for store in opened:
        store.close()


@pytest.fixture
def kept_bytes(store_url: str | None, tmp_path: Path) -> Callable[[], bytes]:
    """All that the store has on disk: file and log, or what Redis appended to its own."""

    def read() -> bytes:
        folder = tmp_path if store_url is None else Path(urlsplit(store_url).path).parent / "appendonlydir"
        content = b"".join(path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file())
        # What Redis wrote for earlier tests stands before.
        return content.rpartition(b"FLUSHALL")[2]

    return read
