"""What every store promises, wherever it lives."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fiber_pipeline.services.failures import BudgetExceeded
from fiber_pipeline.services.service import Usage
from fiber_pipeline.services.store import redis as redis_store
from fiber_pipeline.services.store import sqlite
from fiber_pipeline.services.store.ageing import Ageing
from fiber_pipeline.services.store.errors import StoreError
from fiber_pipeline.services.store.protocol import Budget, Kept, Settled, Settlement, Spend
from fiber_pipeline_tests.services.store.conftest import Open
from fiber_pipeline_tests.services.store.requests import NO_BUDGET, NOW, answered, intent, keep, kept

ANSWER = {"sentiment": "negative", "score": -0.7, "spans": [[0, 4], [5, 9]], "note": None, "é": "mbegueterei 😡"}


def test_answers_are_found_as_they_were_given_by_whoever_opens_the_store(open_one: Open):
    answers = {"a": ANSWER, "b": [], "c": "x" * 5_000, "d": None}
    keep(open_one(), answers)
    assert open_one().find(["d", "a", "nothing", "c", "b", "a"]) == answers
    assert open_one().find([]) == {}


def test_which_answers_are_known_is_what_would_be_found(open_one: Open):
    now = [1_000_000.0]
    store = open_one(clock=lambda: now[0], ageing=Ageing(days=2))
    keep(store, {"a": ANSWER, "b": 1})
    now[0] += 86_400
    keep(store, {"c": 2})
    assert store.known(["c", "nothing", "a", "a"]) == {"a", "c"}
    assert store.known([]) == set()
    now[0] += 86_401
    assert store.known(["a", "b", "c"]) == {"c"}


def test_more_answers_than_are_looked_up_at_once_are_found(open_one: Open):
    store = open_one()
    answers = {f"key {number}": number for number in range(2_500)}
    keep(store, answers)
    asked = [*answers, *(f"{key}, never asked" for key in answers)]
    assert store.find(asked) == answers
    assert store.known(asked) == set(answers)


def test_an_answer_given_again_takes_the_place_of_the_first(open_one: Open):
    store = open_one()
    keep(store, {"a": 1})
    keep(store, {"a": 2})
    assert store.find(["a"]) == {"a": 2}
    assert store.statistics()[0]["answers"] == 1
    assert store.forget(["text of a"]) == 1


def test_a_settlement_is_written_whole_or_not_at_all(open_one: Open):
    store = open_one()
    asked = intent("a", "b", usd=0.5)
    store.intend(asked, NO_BUDGET)
    with pytest.raises(TypeError):
        store.settle(asked.call_id, answered(), [Kept("a", "t", b"1"), Kept("b", "t", "1")])  # type: ignore[arg-type]
    assert store.find(["a", "b"]) == {}
    assert store.spend() == Spend(0.0, 0.5)
    assert [call["status"] for call in store.calls()] == ["open"]


def test_a_call_is_intended_once_and_settled_once(open_one: Open):
    store = open_one()
    asked = intent("a")
    store.intend(asked, NO_BUDGET)
    with pytest.raises(StoreError):
        store.intend(asked, NO_BUDGET)
    store.settle(asked.call_id, answered())
    with pytest.raises(StoreError, match="settled already"):
        store.settle(asked.call_id, answered())
    with pytest.raises(StoreError, match="never intended"):
        store.settle("nobody", answered())
    assert store.spend() == Spend(0.01, 0.0)


def test_several_entries_are_written_as_one_by_one_and_a_wrong_one_spoils_no_other(open_one: Open):
    store = open_one()
    first, second, third = intent("a", usd=0.1), intent("b", usd=0.1), intent("c", usd=0.25)
    store.intend(first, NO_BUDGET)
    problems = store.record(
        [
            Settled("nobody", answered(), [Kept("x", "text of x", b"1")]),
            Settled(first.call_id, answered(0.02), [kept("a", ANSWER)]),
            second,
            first,
            third,
        ],
        Budget(run_usd=0.3),
    )
    assert [type(problem) for problem in problems] == [StoreError, type(None), type(None), StoreError, BudgetExceeded]
    assert store.find(["a", "b", "c", "x"]) == {"a": ANSWER}
    assert store.spend() == Spend(pytest.approx(0.02), pytest.approx(0.1))
    assert {call["call_id"]: call["status"] for call in store.calls()} == {
        first.call_id: "answered",
        second.call_id: "open",
    }
    assert list(store.record([], NO_BUDGET)) == []


def test_a_budget_may_be_used_up_to_the_last_cent_and_not_passed(open_one: Open):
    store = open_one()
    budget = Budget(run_usd=0.3)
    asked = [intent("a", usd=0.1) for _ in range(4)]
    for each in asked[:3]:
        store.intend(each, budget)
    with pytest.raises(BudgetExceeded, match=r"run run is 0\.30 USD"):
        store.intend(asked[3], budget)
    assert store.spend(run_id="run") == Spend(0.0, 0.3)
    assert len(list(store.calls())) == 3
    # What was reserved too much is free again.
    store.settle(asked[0].call_id, answered(0.01))
    store.settle(asked[1].call_id, answered(0.02))
    store.intend(replace(asked[3], reserved_usd=0.17), budget)
    assert store.spend(run_id="run").total_usd == pytest.approx(0.3)


def test_runs_and_months_have_budgets_of_their_own(open_one: Open):
    store = open_one()
    budget = Budget(run_usd=1.0, month_usd=1.5)
    store.intend(intent("a", usd=1.0), budget)
    with pytest.raises(BudgetExceeded, match="run run"):
        store.intend(intent("a", usd=0.1), budget)
    store.intend(intent("a", usd=0.5, run_id="other"), budget)
    with pytest.raises(BudgetExceeded, match="month 2026-11"):
        store.intend(intent("a", usd=0.1, run_id=None), budget)
    # Midnight of UTC parts the months, whatever zone the moment is told in.
    december = datetime.fromisoformat("2026-11-30T22:30:00-03:00")
    store.intend(intent("a", usd=0.1, run_id=None, called_at=december), budget)
    assert store.spend(month="2026-11") == Spend(0.0, 1.5)
    assert store.spend(month="2026-12") == Spend(0.0, 0.1)
    assert store.spend(run_id="nobody's") == Spend()
    assert store.spend() == Spend(0.0, 1.6)
    with pytest.raises(ValueError, match="run or for a month"):
        store.spend(run_id="run", month="2026-11")


def test_what_costs_nothing_may_be_asked_with_a_budget_used_up(open_one: Open):
    store = open_one()
    asked = intent("a", usd=0.1)
    store.intend(asked, Budget(month_usd=0.1))
    store.settle(asked.call_id, answered(0.2))
    free = intent("b", usd=0.0)
    store.intend(free, Budget(month_usd=0.1))
    store.settle(free.call_id, answered(0.0), [Kept("b", "t", b"1")])
    assert store.find(["b"]) == {"b": 1}


def test_threads_cannot_pass_a_budget_together(open_one: Open):
    store = open_one()

    def ask(number: int) -> bool:
        try:
            store.intend(intent(f"{number}", usd=0.01), Budget(month_usd=0.5))
        except BudgetExceeded:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        allowed = list(pool.map(ask, range(100)))
    assert sum(allowed) == 50
    assert store.spend() == Spend(0.0, 0.5)


def test_what_may_have_been_paid_counts_as_paid_and_a_failure_does_not(open_one: Open):
    store = open_one()
    lost, failed, open_still = (intent("a", usd=0.25) for _ in range(3))
    for asked in (lost, failed, open_still):
        store.intend(asked, NO_BUDGET)
    store.settle(lost.call_id, Settlement("unknown", Usage(), 0.0, 60_000.0, detail="no answer in 60 s"))
    store.settle(failed.call_id, Settlement("failed", Usage(), 0.0, 12.0, http_status=503))
    assert store.spend() == Spend(0.25, 0.25)
    assert [call["cost_usd"] for call in store.calls()] == [0.25, 0.0, None]


def test_small_sums_stay_exact(open_one: Open):
    store = open_one()
    for _ in range(100):
        asked = intent("a", usd=0.000_123_457)
        store.intend(asked, NO_BUDGET)
        store.settle(asked.call_id, answered(0.000_000_1))
    assert store.spend() == Spend(0.000_01, 0.0)


def test_the_books_hold_every_call_in_order(open_one: Open):
    store = open_one()
    first = intent("a", "b", usd=0.5, called_at=NOW + timedelta(seconds=1), prompt_version=None, batch=None)
    second = intent("c", called_at=NOW + timedelta(microseconds=1_000_001))
    cached = intent("d", "e", "f", usd=0.0, called_at=NOW)
    for asked in (second, first):
        store.intend(asked, NO_BUDGET)
    store.note_cached(cached)
    usage = Usage(tokens_in=9, tokens_out=4, tokens_in_cached=3, characters=2, records=1)
    store.settle(
        first.call_id,
        Settlement("answered", usage, 0.3, 21.5, retries=2, http_status=200, request_id="req-1", detail="two retries"),
    )
    told = list(store.calls())
    assert [call["call_id"] for call in told] == [cached.call_id, first.call_id, second.call_id]
    assert told[1] == {
        "call_id": first.call_id,
        "called_at": first.called_at,
        "run_id": "run",
        "batch": None,
        "provider": "openai",
        "endpoint": "api.openai.com",
        "operation": "annotate",
        "model": "gpt-5-mini",
        "prompt_version": None,
        "items": 2,
        "reserved_usd": 0.5,
        "status": "answered",
        "tokens_in": 9,
        "tokens_out": 4,
        "tokens_in_cached": 3,
        "characters": 2,
        "records": 1,
        "cost_usd": 0.3,
        "latency_ms": 21.5,
        "retries": 2,
        "http_status": 200,
        "request_id": "req-1",
        "detail": "two retries",
    }
    assert {call["call_id"]: (call["status"], call["items"], call["cost_usd"], call["retries"]) for call in told} == {
        cached.call_id: ("cached", 3, 0.0, 0),
        first.call_id: ("answered", 2, 0.3, 2),
        second.call_id: ("open", 1, None, None),
    }
    assert all(call.keys() == told[1].keys() for call in told)
    assert [call["call_id"] for call in store.calls(since=first.called_at)] == [first.call_id, second.call_id]


def test_long_books_are_read_whole(open_one: Open, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sqlite, "_CALLS_AT_ONCE", 100)
    monkeypatch.setattr(redis_store, "_AT_ONCE", 100)
    store = open_one()
    count = 403
    for number in range(count):
        store.note_cached(intent("a", called_at=NOW + timedelta(seconds=number // 7)))
    assert len({call["call_id"] for call in store.calls()}) == count


def test_statistics_tell_what_is_kept_and_how_often_it_helped(open_one: Open):
    store = open_one(clock=lambda: NOW.timestamp())
    keep(store, {"a": 1, "b": 2})
    keep(store, {"c": 3}, prompt_version="2")
    keep(store, {"d": 4}, provider="azure", model="latest", prompt_version=None)
    store.note_cached(intent("a", "b", "a"))
    azure, first, second = store.statistics()
    assert (azure["provider"], azure["prompt_version"], azure["answers"], azure["misses"]) == ("azure", None, 1, 1)
    assert (first["prompt_version"], first["answers"], first["hits"], first["misses"]) == ("1", 2, 3, 2)
    assert (second["prompt_version"], second["answers"], second["hits"], second["misses"]) == ("2", 1, 0, 1)
    assert first["oldest"] == first["newest"] == NOW
    assert first["bytes"] == 2 * second["bytes"] > 0


def test_clearing_drops_what_matches_all_that_is_given_and_keeps_the_books(open_one: Open):
    store = open_one()
    keep(store, {"a": 1})
    keep(store, {"b": 2}, model="gpt-5")
    keep(store, {"c": 3}, model="gpt-5", prompt_version="2")
    keep(store, {"d": 4}, provider="azure", model="gpt-5", prompt_version=None)
    assert store.clear(provider="openai", model="gpt-5", prompt_version="1") == 1
    assert store.find(list("abcd")) == {"a": 1, "c": 3, "d": 4}
    assert store.clear(model="gpt-5") == 2
    assert store.clear(provider="google") == 0
    assert store.clear() == 1
    assert store.find(list("abcd")) == {}
    assert len(list(store.calls())) == 4
    assert store.spend().settled_usd == pytest.approx(0.04)
    keep(store, {"a": 5})
    assert store.find(["a"]) == {"a": 5}


def test_forgetting_drops_every_answer_about_a_text(open_one: Open):
    store = open_one()
    asked = intent("a", "b", "c")
    store.intend(asked, NO_BUDGET)
    store.settle(
        asked.call_id, answered(), [Kept("a", "text", b"1"), Kept("b", "text", b"2"), Kept("c", "another", b"3")]
    )
    assert store.forget(["text", "text never asked about", "text"]) == 2
    assert store.find(["a", "b", "c"]) == {"c": 3}
    assert store.forget([]) == 0


def test_moments_are_of_utc(open_one: Open):
    store = open_one()
    store.note_cached(intent("a", called_at=datetime.fromisoformat("2026-11-24T09:00:00.000001-03:00")))
    (call,) = store.calls()
    assert call["called_at"] == datetime(2026, 11, 24, 12, 0, 0, 1, tzinfo=UTC)
