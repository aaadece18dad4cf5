"""How Redis is reached: patiently, again where a connection broke, and with no password in any message."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
from redis.backoff import ExponentialWithJitterBackoff
from redis.retry import Retry

from fiber_pipeline.services.store.errors import StoreError
from fiber_pipeline.text.addresses import shown

# A server that is busy with somebody's large script answers late; one that is gone refuses at once.
_PATIENCE_SECONDS = 30.0
# A second or two in all: a restart or a failover, not an outage.
_TRIES = 4


class RedisConnection:
    """A client of one server, which threads share.

    Any command may be sent twice, so that what is sent must do nothing the second time.
    """

    def __init__(self, url: str) -> None:
        """url: `redis://…`, `rediss://…` or `unix://…`. Raises StoreError for anything else; connects later."""
        self.place = shown(url)
        # Typed by its makers as bytes or text or something to await; as it is made here, it answers in bytes.
        self.client: Any
        try:
            self.client = redis.Redis.from_url(
                url,
                socket_timeout=_PATIENCE_SECONDS,
                socket_connect_timeout=_PATIENCE_SECONDS,
                retry=Retry(ExponentialWithJitterBackoff(base=0.1, cap=2.0), _TRIES),
                retry_on_error=[redis.ConnectionError, redis.TimeoutError],
            )
        except ValueError:
            raise StoreError(f"{self.place} is no Redis URL; write redis://HOST:PORT/DATABASE") from None

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Redis' errors as StoreError, which says where."""
        try:
            yield
        except redis.RedisError as error:
            raise StoreError(f"{self.place}: {shown(str(error))}") from error
