"""Giving a store that is there another key of the user's, or its first."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import filelock

from fiber_pipeline.services.store.errors import KeyMismatch, StoreError
from fiber_pipeline.services.store.opening import FILE_NAME
from fiber_pipeline.services.store.redis_books import PREFIX
from fiber_pipeline.services.store.redis_connection import RedisConnection
from fiber_pipeline.services.store.sealing import Sealed, matching_seal, new_seal
from fiber_pipeline.services.store.sqlite import LOCK_SECONDS
from fiber_pipeline.services.store.sqlite_writer import connect

_AT_ONCE = 1_000


def reseal_store(url: str | None, cache_dir: Path, old: str | None, new: str) -> bool:
    """Let the key `new` open the store, and no longer `old`; whether there was anything to do.

    The same places as `open_store`. old: None if the store is not sealed yet. Nobody else may have the store open.
    Done again after it was cut short, it finishes. A store in Redis that is not sealed cannot be sealed later.
    Raises KeyMismatch if neither key is the store's, StoreError if it cannot be reached or used.
    """
    if url is not None:
        return _reseal_redis(url, old, new)
    path = cache_dir / FILE_NAME
    return path.exists() and _reseal_file(path, old, new)


def _reseal_file(path: Path, old: str | None, new: str) -> bool:
    with (
        _explaining(path),
        filelock.FileLock(f"{path}.lock", timeout=LOCK_SECONDS),
        closing(connect(str(path))) as file,
    ):
        file.execute("BEGIN IMMEDIATE")
        mark = dict(file.execute("SELECT name, value FROM meta WHERE name <> 'made'").fetchall())
        if _is_sealed_with(new, mark, str(path)):
            return False
        seal = matching_seal(old, mark, str(path))
        if isinstance(seal, Sealed):
            seal = seal.under(new)
        else:
            seal = new_seal(new)
            assert isinstance(seal, Sealed)
            _seal_answers(file, seal)
        file.execute("DELETE FROM meta WHERE name <> 'made'")
        file.executemany("INSERT INTO meta VALUES (?, ?)", seal.mark.items())
        file.execute("COMMIT")
        # What lay open is overwritten in the file (`secure_delete`); the log still has it.
        file.execute("VACUUM")
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return True


def _seal_answers(file: sqlite3.Connection, seal: Sealed) -> None:
    last = -1
    while rows := file.execute(
        "SELECT answer, a.key, a.text, b.body FROM answers a JOIN bodies b USING (answer) WHERE answer > ? "
        "ORDER BY answer LIMIT ?",
        (last, _AT_ONCE),
    ).fetchall():
        sealed = [(seal.of_digest(key), seal.of_digest(text), number, body) for number, key, text, body in rows]
        file.executemany(
            "UPDATE answers SET key = ?, text = ? WHERE answer = ?",
            [(key, text, number) for key, text, number, _ in sealed],
        )
        file.executemany(
            "UPDATE bodies SET body = ? WHERE answer = ?",
            [(seal.close(body, key), number) for key, _, number, body in sealed],
        )
        last = rows[-1][0]


def _reseal_redis(url: str, old: str | None, new: str) -> bool:
    connection = RedisConnection(url)
    place, meta = connection.place, f"{PREFIX}meta"
    with connection.explaining():
        found = {name.decode(): value for name, value in connection.client.hgetall(meta).items()}
        version = found.pop("version", None)
        if version is None or _is_sealed_with(new, found, place):
            return False
        seal = matching_seal(old, found, place)
        if not isinstance(seal, Sealed):
            raise StoreError(
                f"{place} holds a store that is not sealed, and in Redis it cannot be sealed later; name another "
                "database in FIBER_CACHE_URL to begin a new one, whose answers are paid for again"
            )
        with connection.client.pipeline(transaction=True) as commands:
            commands.delete(meta)
            commands.hset(meta, mapping={"version": version, **seal.under(new).mark})
            commands.execute()
    return True


def _is_sealed_with(key: str, mark: dict[str, bytes], place: str) -> bool:
    try:
        return bool(mark) and matching_seal(key, mark, place) is not None
    except KeyMismatch:
        return False


@contextmanager
def _explaining(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"{path}: {error}") from error
