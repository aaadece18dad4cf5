"""Writing down without waiting (`try_record`)."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from fiber_pipeline.services.failures import BudgetExceeded
from fiber_pipeline.services.store.ageing import PRUNED_AFTER, Ageing
from fiber_pipeline.services.store.errors import StoreError
from fiber_pipeline.services.store.opening import FILE_NAME
from fiber_pipeline.services.store.protocol import Budget, Kept, Settled, Spend
from fiber_pipeline.services.store.sqlite import SqliteStore
from fiber_pipeline_tests.services.store.conftest import Open
from fiber_pipeline_tests.services.store.requests import NO_BUDGET, answered, intent, keep, kept

MEGABYTE = 1024 * 1024


def test_it_writes_what_recording_would_or_nothing(open_one: Open):
    store = open_one()
    first, second = intent("a", usd=0.1), intent("b", usd=0.25)
    store.intend(first, NO_BUDGET)
    entries = [
        Settled("nobody", answered(), [kept("x", 1)]),
        Settled(first.call_id, answered(0.02), [kept("a", 2)]),
        second,
    ]
    problems = store.try_record(entries, Budget(run_usd=0.2))
    if problems is None:
        assert store.find(["a", "x"]) == {}
        assert store.spend() == Spend(0.0, pytest.approx(0.1))
    else:
        assert [type(problem) for problem in problems] == [StoreError, type(None), BudgetExceeded]
        assert store.find(["a", "x"]) == {"a": 2}
        assert store.spend() == Spend(pytest.approx(0.02), 0.0)


def test_the_embedded_store_is_not_waited_for(tmp_path: Path):
    with opened(tmp_path) as store:
        asked = intent("a")
        assert store.try_record([asked], NO_BUDGET) == [None]
        other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert store.try_record([Settled(asked.call_id, answered(), [kept("a", 1)])], NO_BUDGET) is None
        other.execute("COMMIT")
        other.close()
        assert [call["status"] for call in store.calls()] == ["open"]
        assert store.try_record([Settled(asked.call_id, answered(), [kept("a", 1)])], NO_BUDGET) == [None]
        assert store.find(["a"]) == {"a": 1}


def test_another_thread_is_not_waited_for(tmp_path: Path):
    with opened(tmp_path) as store:
        other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        waiting = threading.Thread(target=store.note_cached, args=[intent("a")])
        waiting.start()
        for _ in range(50):
            assert store.try_record([intent("b")], NO_BUDGET) is None
        other.execute("COMMIT")
        other.close()
        waiting.join()
        assert store.try_record([intent("b")], NO_BUDGET) == [None]


def test_an_error_leaves_the_store_as_it_was(tmp_path: Path):
    with opened(tmp_path) as store:
        asked = intent("a")
        store.intend(asked, NO_BUDGET)
        with pytest.raises(TypeError):
            store.try_record([Settled(asked.call_id, answered(), [kept("a", 1), Kept("b", "t", "1")])], NO_BUDGET)  # type: ignore[arg-type]
        other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
        other.execute("DROP TABLE bodies")
        other.close()
        with pytest.raises(StoreError, match="bodies"):
            store.try_record([Settled(asked.call_id, answered(), [kept("a", 1)])], NO_BUDGET)
        assert [call["status"] for call in store.calls()] == ["open"]
        assert store.try_record([intent("b")], NO_BUDGET) == [None]


def test_the_log_stays_bounded_and_no_disk_is_waited_for(tmp_path: Path):
    log, refused = tmp_path / f"{FILE_NAME}-wal", 0
    with opened(tmp_path) as store:
        for first in range(0, 20_000, 100):
            asked = intent("a", usd=0.0)
            entries = [
                asked,
                Settled(asked.call_id, answered(), [kept(f"{first + place}", "x" * 200) for place in range(100)]),
            ]
            if store.try_record(entries, NO_BUDGET) is None:
                refused += 1
                store.record(entries, NO_BUDGET)
            assert log.stat().st_size < 40 * MEGABYTE
        assert 0 < refused < 20
        assert log.stat().st_size < (tmp_path / FILE_NAME).stat().st_size + 20 * MEGABYTE
        assert len(store.known([f"{number}" for number in range(20_000)])) == 20_000


def test_pruning_is_waited_for_elsewhere(tmp_path: Path):
    with opened(tmp_path, Ageing(megabytes=0.5)) as store:
        keep(store, {"first": 1})
        asked = intent("a")
        store.intend(asked, NO_BUDGET)
        answers = [kept(f"{number}", "x" * 40) for number in range(PRUNED_AFTER)]
        assert store.try_record([Settled(asked.call_id, answered(), answers)], NO_BUDGET) == [None]
        assert store.statistics()[0]["bytes"] > 0.5 * MEGABYTE
        assert store.try_record([intent("b")], NO_BUDGET) is None
        store.record([intent("b")], NO_BUDGET)
        assert 0 < store.statistics()[0]["bytes"] <= 0.5 * MEGABYTE


def opened(folder: Path, ageing: Ageing | None = None) -> closing[SqliteStore]:
    """An embedded store, closed at the end."""
    return closing(SqliteStore(folder / FILE_NAME, ageing=ageing or Ageing()))
