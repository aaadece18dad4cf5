"""A real Redis server on loopback, for tests."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

_OPTIONS = ("--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction")


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """Run a server that keeps its files in `folder`; yields its URL."""
    socket = folder / "redis.sock"
    with (folder / "redis.log").open("w") as log:
        process = subprocess.Popen(
            # No port: a socket in a folder of the test's own cannot be taken by another test.
            ["redis-server", "--port", "0", "--unixsocket", str(socket), "--dir", str(folder), *_OPTIONS],
            stdout=log,
            stderr=log,
        )
    try:
        url = f"unix://{socket}"
        _wait(url, folder / "redis.log")
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _wait(url: str, log: Path) -> None:
    client = redis.Redis.from_url(url, retry=None)
    for _ in range(500):
        try:
            client.ping()
        except redis.ConnectionError:
            time.sleep(0.02)
        else:
            client.close()
            return
    raise RuntimeError(f"redis-server did not start:\n{log.read_text()}")
