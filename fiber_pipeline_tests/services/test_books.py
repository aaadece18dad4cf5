"""In which order things are written down. The store is real."""

import asyncio
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from fiber_pipeline.services.books import Books
from fiber_pipeline.services.caller import current_caller
from fiber_pipeline.services.failures import ServiceFailure
from fiber_pipeline.services.store.protocol import Budget, Intent, ResponseStore, Settled
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
    with ThreadPoolExecutor(1) as pen:
        asyncio.run(keep_books(pen))
    assert pages == [[Intent], [Intent] * 2, [Settled] * 8, [Settled] * 2]
    assert [call["status"] for call in store.calls()] == ["failed"] * 10 + ["open"] * 3
