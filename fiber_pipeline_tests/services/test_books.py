"""In which order things are written down, and who waits for it. The store is real."""

import asyncio
import sqlite3
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import NoReturn

import pytest

from fiber_pipeline.services.books import Books
from fiber_pipeline.services.caller import current_caller
from fiber_pipeline.services.failures import ServiceFailure
from fiber_pipeline.services.store.opening import FILE_NAME
from fiber_pipeline.services.store.protocol import Budget, Intent, ResponseStore, Settled
from fiber_pipeline.services.store.sqlite import SqliteStore
from fiber_pipeline_tests.services.scripted import OPERATION, PerItem


def test_what_a_request_waits_for_is_written_before_what_has_come(
    store: ResponseStore, monkeypatch: pytest.MonkeyPatch
):
    record, pages = store.record, []
    may_write = threading.Event()

    def write(entries: Sequence[Intent | Settled], budget: Budget) -> object:
        pages.append([type(entry) for entry in entries])
        assert may_write.wait(20)
        return record(entries, budget)

    async def keep_books(pen: ThreadPoolExecutor) -> None:
        books = Books(OPERATION, store, PerItem(), Budget(), current_caller(), pen)
        may_write.set()
        sent = [await books.intend("scripted.test", ["key"], 0.0) for _ in range(10)]
        may_write.clear()
        pages.clear()
        writing = [asyncio.create_task(books.intend("scripted.test", ["key"], 0.0))]
        await asyncio.sleep(0.05)
        come = ServiceFailure("unavailable", "by script")
        writing += [asyncio.create_task(books.settle_failure(intent, come, 0.1, 0)) for intent in sent]
        writing += [asyncio.create_task(books.intend("scripted.test", ["key"], 0.0)) for _ in range(2)]
        await asyncio.sleep(0.05)
        may_write.set()
        await asyncio.gather(*writing)

    monkeypatch.setattr(store, "record", write)
    monkeypatch.setattr(store, "try_record", lambda entries, budget: None)
    with ThreadPoolExecutor(1) as pen:
        asyncio.run(keep_books(pen))
    assert pages == [[Intent], [Intent] * 2 + [Settled] * 6, [Settled] * 4]
    assert [call["status"] for call in store.calls()] == ["failed"] * 10 + ["open"] * 3


def test_the_loop_goes_on_while_another_process_writes(tmp_path: Path):
    store = SqliteStore(tmp_path / FILE_NAME)
    other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None, check_same_thread=False)

    async def keep_books(pen: ThreadPoolExecutor) -> None:
        books = Books(OPERATION, store, PerItem(), Budget(), current_caller(), pen)
        await books.intend("scripted.test", ["key"], 0.0)
        other.execute("BEGIN IMMEDIATE")
        writing = [asyncio.create_task(books.intend("scripted.test", ["key"], 0.0)) for _ in range(3)]
        # Each turn of the loop would wait for minutes.
        for _ in range(20):
            await asyncio.sleep(0.01)
        assert not any(task.done() for task in writing)
        other.execute("COMMIT")
        await asyncio.gather(*writing)

    with ThreadPoolExecutor(1) as pen:
        asyncio.run(keep_books(pen))
    assert len(list(store.calls())) == 4
    other.close()
    store.close()


def test_what_needs_no_waiting_is_written_without_the_pen(store: ResponseStore):
    async def keep_books() -> None:
        books = Books(OPERATION, store, PerItem(), Budget(), current_caller(), NoPen())
        intents = await asyncio.gather(*[books.intend("scripted.test", ["key"], 0.0) for _ in range(20)])
        await books.settle_failure(intents[0], ServiceFailure("unavailable", "by script"), 0.1, 0)

    asyncio.run(keep_books())
    assert Counter(call["status"] for call in store.calls()) == {"failed": 1, "open": 19}


class NoPen(Executor):
    """Writes nothing."""

    def submit(self, *_: object, **__: object) -> NoReturn:  # type: ignore[override]
        raise AssertionError("somebody would wait")
