"""How answers age, in every store."""

from fiber_pipeline.services.store import sqlite
from fiber_pipeline.services.store.ageing import PRUNED_AFTER, Ageing
from fiber_pipeline_tests.services.store.conftest import Open
from fiber_pipeline_tests.services.store.requests import keep

DAY = 86_400.0
MEGABYTE = 1024 * 1024


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def test_answers_expire(open_one: Open):
    clock = Clock()
    store = open_one(ageing=Ageing(days=10), clock=clock)
    keep(store, {"old": 1})
    clock.now += 5 * DAY
    keep(store, {"new": 2})
    clock.now += 4.9 * DAY
    assert store.find(["old", "new"]) == {"old": 1, "new": 2}
    clock.now += 0.2 * DAY
    assert store.find(["old", "new"]) == {"new": 2}
    assert store.statistics()[0]["answers"] == 2
    assert store.prune() == 1
    assert store.prune() == 0
    assert store.statistics()[0]["answers"] == 1


def test_the_least_recently_used_go_first_when_there_is_too_much(open_one: Open):
    clock = Clock()
    store = open_one(clock=clock)
    keep(store, {f"{number}": number + 100 for number in range(100)})
    clock.now += DAY
    used = [f"{number}" for number in range(0, 100, 3)]
    assert len(store.find(used)) == 34
    size = store.statistics()[0]["bytes"]
    clock.now += DAY
    smaller = open_one(ageing=Ageing(megabytes=size * 0.505 / MEGABYTE), clock=clock)
    assert smaller.prune() == 50
    kept = smaller.find([f"{number}" for number in range(100)])
    assert len(kept) == 50
    assert set(used) < set(kept)
    assert smaller.statistics()[0]["bytes"] <= size * 0.505


def test_limits_hold_without_anybody_asking(open_one: Open):
    store = open_one(ageing=Ageing(megabytes=0.5))
    keep(store, {f"{number}": "x" * 40 for number in range(PRUNED_AFTER)})
    assert 0 < store.statistics()[0]["bytes"] <= 0.5 * MEGABYTE


def test_the_file_shrinks_with_what_it_holds(tmp_path):
    path = tmp_path / "answers.sqlite"
    store = sqlite.SqliteStore(path)
    keep(store, {f"{number}": f"{number}" * 100 for number in range(3_000)})
    store.close()
    before = path.stat().st_size
    store = sqlite.SqliteStore(path)
    assert store.clear() == 3_000
    store.close()
    assert path.stat().st_size < before / 5
