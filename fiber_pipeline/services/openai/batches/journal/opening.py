"""Opens the journal that the settings name, and moves into Redis what was begun without it."""

from pathlib import Path

from fiber_pipeline.services.openai.batches.journal.protocol import BatchJournal
from fiber_pipeline.services.openai.batches.journal.sqlite import SqliteJournal

FILE_NAME = "openai_batches.sqlite"


def is_there(url: str | None, cache_dir: Path) -> bool:
    """Whether there may be a journal; opening one makes it."""
    return url is not None or (cache_dir / FILE_NAME).exists()


def open_journal(url: str | None, cache_dir: Path, key: str | None = None) -> BatchJournal:
    """The journal in the Redis at `url`, or the one in `cache_dir` where that is None.

    key: the warehouse's, if it has one; digests of what was asked are then of no use without it.
    What a file in `cache_dir` still holds moves into Redis: submissions made before `FIBER_CACHE_URL` was set are
    followed there. A move that is cut off is repeated.

    Raises StoreError if the journal cannot be reached or used; its message holds no password.
    """
    path = cache_dir / FILE_NAME
    if url is None:
        return SqliteJournal(path, key)
    # Only who uses it needs the client.
    from fiber_pipeline.services.openai.batches.journal.redis import RedisJournal

    journal = RedisJournal(url, key)
    if path.exists():
        with SqliteJournal(path, key).hand_over() as contents:
            journal.take_over(contents)
    return journal
