"""Both places a journal can live in, empty, for tests that both must pass."""

from collections.abc import Callable, Iterator

import pytest
import redis

from fiber_pipeline_tests.services.store.redis_server import redis_server


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis server of this session's own."""
    with redis_server(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture
def empty_redis(redis_url: str) -> str:
    """The server's URL, with nothing in it."""
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
    return redis_url


@pytest.fixture(params=["sqlite", "redis"])
def empty_cache(request: pytest.FixtureRequest) -> Callable[[], str | None]:
    """Makes an empty cache and gives its FIBER_CACHE_URL: none for the embedded store and the journal beside it."""
    if request.param == "sqlite":
        return lambda: None
    url: str = request.getfixturevalue("empty_redis")

    def empty() -> str:
        with redis.Redis.from_url(url) as client:
            client.flushall()
        return url

    return empty


@pytest.fixture
def cache_url(empty_cache: Callable[[], str | None]) -> str | None:
    """The FIBER_CACHE_URL of an empty cache."""
    return empty_cache()
