"""Opens the store that the settings name."""

from pathlib import Path

from fiber_pipeline.services.store.ageing import Ageing
from fiber_pipeline.services.store.protocol import ResponseStore
from fiber_pipeline.services.store.sqlite import SqliteStore
from fiber_pipeline.settings import Settings

FILE_NAME = "answers.sqlite"


def open_store(
    url: str | None,
    cache_dir: Path,
    key: str | None = None,
    *,
    days: float = Ageing.days,
    max_mb: float = Ageing.megabytes,
) -> ResponseStore:
    """The response store at `url`, or the embedded one in `cache_dir` where that is None.

    url: `redis://…`, `rediss://…` or `unix://…`.
    key: seals the answers; the one the warehouse is encrypted with.
    days, max_mb: how long answers live, and how many megabytes they may take.

    Raises KeyMismatch if the key is not the store's, StoreError if it cannot be reached or used; neither message
    holds a password.
    """
    if url is not None:
        # Only who uses it needs the client.
        from fiber_pipeline.services.store.redis import RedisStore

        return RedisStore(url, key, Ageing(days, max_mb))
    return SqliteStore(cache_dir / FILE_NAME, key, Ageing(days, max_mb))


def store_of(settings: Settings, cache_dir: Path | None = None) -> ResponseStore:
    """The store that the settings name, with their limits. Raises as `open_store`.

    cache_dir: another place for the embedded store.
    """
    return open_store(
        settings.cache_url,
        cache_dir or settings.cache_dir,
        settings.warehouse_key,
        days=settings.cache_days,
        max_mb=settings.cache_max_mb,
    )


def has_store(settings: Settings) -> bool:
    """Whether there may be a store; opening one makes it."""
    return settings.cache_url is not None or (settings.cache_dir / FILE_NAME).exists()
