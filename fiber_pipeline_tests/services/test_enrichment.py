"""What becomes of every text when a service fails in each of its ways. The store is real, the service scripted."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from fiber_pipeline.services.caller import calling
from fiber_pipeline.services.enrichment import Enricher
from fiber_pipeline.services.failures import Kind, ServiceFailure
from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.policy import Policy
from fiber_pipeline.services.service import RateHints, Reply, Unread, Usage
from fiber_pipeline.services.store.errors import StoreError
from fiber_pipeline.services.store.protocol import Budget, Intent, ResponseStore, Settled
from fiber_pipeline_tests.services.scripted import PerItem, Script, ScriptedService, echo

# Short pauses: what is tested is what happens, not how long it is waited.
QUICK = Policy(concurrency=4, first_pause_seconds=0.01, longest_pause_seconds=0.05, item_seconds=5.0)


def items(count: int, name: str = "text") -> list[Item]:
    return [Item(f"{name} {number}") for number in range(count)]


def whole(count: int, name: str = "text") -> dict[int, dict[str, str]]:
    return {number: {"echo": f"{name} {number}"} for number in range(count)}


def failing(kind: Kind, when: set[int], **details: object) -> Script:
    return lambda number, asked: ServiceFailure(kind, "by script", **details) if number in when else None  # type: ignore[arg-type]


def statuses(store: ResponseStore) -> Counter[str]:
    return Counter(call["status"] for call in store.calls())


def test_every_text_gets_its_own_answer_and_is_asked_once(store: ResponseStore):
    service = ScriptedService()
    texts = [Item(f"text {number % 95}") for number in range(200)]
    enriched = Enricher(store, PerItem(), policy=QUICK).enrich([service], texts)
    assert enriched.answers == {place: {"echo": item.text} for place, item in enumerate(texts)}
    assert enriched.unanswered == {}
    assert [len(texts) for texts in service.asked] == [10] * 9 + [5]
    assert service.closed == 1
    assert statuses(store) == {"answered": 10}


def test_what_is_stored_is_not_asked_again_and_is_noted_once(store: ResponseStore):
    enricher, service = Enricher(store, PerItem(), policy=QUICK), ScriptedService()
    enricher.enrich([service], items(25))
    service.asked.clear()
    assert enricher.enrich([service], items(30)).answers == whole(30)
    assert service.texts == [f"text {number}" for number in range(25, 30)]
    assert enricher.enrich([service], items(30)).answers == whole(30)
    assert service.texts == [f"text {number}" for number in range(25, 30)]
    cached = [call for call in store.calls() if call["status"] == "cached"]
    assert [call["items"] for call in cached] == [25, 30]


def test_the_books_name_run_and_batch_and_real_cost(store: ResponseStore):
    with calling("run-1", "north/july.xlsx"):
        Enricher(store, PerItem(), policy=QUICK).enrich([ScriptedService()], items(10))
    (call,) = store.calls()
    assert (call["run_id"], call["batch"], call["items"]) == ("run-1", "north/july.xlsx", 10)
    assert (call["reserved_usd"], call["cost_usd"], call["records"]) == (pytest.approx(0.1), pytest.approx(0.1), 10)
    assert call["endpoint"] == "scripted.test"


def test_no_more_requests_than_allowed_are_under_way_and_no_fewer(store: ResponseStore):
    service = ScriptedService(latency=0.02)
    Enricher(store, PerItem(), policy=Policy(concurrency=7)).enrich([service], items(300))
    assert service.busiest == 7


def test_requests_go_out_while_answers_wait_to_be_read(store: ResponseStore):
    read = 0
    unread_when_sent: list[int] = []

    def slow_to_read(number: int, asked: Sequence[Item]) -> Unread:
        def unread() -> Reply:
            nonlocal read
            time.sleep(0.02)
            read += 1
            return echo(asked)

        return unread

    service = ScriptedService(slow_to_read, latency=0.05)
    send = service.send

    async def note_and_send(items: Sequence[Item], timeout: float) -> Unread:
        unread_when_sent.append(len(service.asked) - service.busy - read)
        return await send(items, timeout)

    service.send = note_and_send  # type: ignore[method-assign]
    assert Enricher(store, PerItem(), policy=QUICK).enrich([service], items(400)).answers == whole(400)
    assert max(unread_when_sent) > 0
    assert service.busiest <= QUICK.concurrency


@pytest.mark.parametrize("kind", ["rate_limited", "unreachable", "unavailable", "timed_out"])
def test_what_may_pass_is_asked_again(store: ResponseStore, kind: Kind):
    service = ScriptedService(failing(kind, {0, 2, 3}))
    assert Enricher(store, PerItem(), policy=QUICK).enrich([service], items(60)).answers == whole(60)
    assert len(service.asked) == 9
    assert statuses(store) == {"answered": 6, "failed": 3}
    assert max(call["retries"] for call in store.calls()) >= 1


def test_a_service_that_never_answers_is_given_up_after_its_time_with_the_reason(store: ResponseStore):
    service = ScriptedService(lambda number, asked: ServiceFailure("unavailable", "error 503", status=503))
    enriched = Enricher(store, PerItem(), policy=replace(QUICK, item_seconds=0.5)).enrich([service], items(500))
    assert enriched.answers == {}
    assert set(enriched.unanswered.values()) == {"no answer in time (unavailable: error 503)"}
    # The circuit breaker keeps most of it from the service.
    assert len(service.asked) < 30


def test_what_was_never_reached_is_given_up_sooner(store: ResponseStore):
    service = ScriptedService(lambda number, asked: ServiceFailure("unreachable", "no connection"))
    policy = replace(QUICK, item_seconds=600.0, reach_seconds=0.4)
    enricher = Enricher(store, PerItem(), policy=policy)
    for _ in range(2):
        enriched = enricher.enrich([service], items(500))
        assert set(enriched.unanswered.values()) == {"no answer in time (unreachable: no connection)"}


def test_what_was_reached_before_is_waited_for(store: ResponseStore):
    def down_for_a_while(number: int, asked: Sequence[Item]) -> ServiceFailure | None:
        if number == 0:
            began.append(time.monotonic())
            return None
        is_down = time.monotonic() - began[0] < 0.8
        return ServiceFailure("unreachable", "no connection") if is_down else None

    began: list[float] = []
    policy = replace(QUICK, concurrency=1, item_seconds=60.0, reach_seconds=0.1)
    enriched = Enricher(store, PerItem(), policy=policy).enrich([ScriptedService(down_for_a_while)], items(40))
    assert enriched.answers == whole(40)


def test_one_endpoint_of_two_that_cannot_be_reached_stops_nobody(store: ResponseStore):
    away = ScriptedService(lambda n, asked: ServiceFailure("unreachable", "no connection"), "away.test", "away")
    there = ScriptedService(endpoint="there.test", quota="there", latency=0.05)
    policy = replace(QUICK, item_seconds=60.0, reach_seconds=0.01)
    assert Enricher(store, PerItem(), policy=policy).enrich([away, there], items(200)).answers == whole(200)


def test_a_failure_that_says_what_was_used_costs_that(store: ResponseStore):
    def cut_short(number: int, asked: Sequence[Item]) -> ServiceFailure | None:
        if len(asked) < 10:
            return None
        return ServiceFailure("too_large", "cut short", status=200, maybe_paid=True, usage=Usage(records=3))

    Enricher(store, PerItem(), policy=QUICK).enrich([ScriptedService(cut_short)], items(10))
    first, *halves = store.calls()
    assert (first["status"], first["records"], first["detail"]) == ("answered", 3, "too large: cut short")
    assert (first["reserved_usd"], first["cost_usd"]) == (pytest.approx(0.1), pytest.approx(0.03))
    assert [half["cost_usd"] for half in halves] == [pytest.approx(0.05)] * 2


def test_a_wait_beyond_the_deadline_is_not_slept_through(store: ResponseStore):
    service = ScriptedService(lambda number, asked: ServiceFailure("rate_limited", "slow down", retry_after=3600))
    enriched = Enricher(store, PerItem(), policy=Policy(item_seconds=100)).enrich([service], items(300))
    assert set(enriched.unanswered.values()) == {"no answer in time (rate limited: slow down)"}
    assert len(service.asked) <= 10


@pytest.mark.parametrize("kind", ["rate_limited", "unavailable"])
def test_a_wait_within_the_deadline_is_kept(store: ResponseStore, kind: Kind):
    sent = []

    def refuse_the_first(number: int, asked: Sequence[Item]) -> ServiceFailure | None:
        sent.append(time.monotonic())
        return ServiceFailure(kind, "slow down", retry_after=0.3) if number == 0 else None

    service = ScriptedService(refuse_the_first)
    policy = Policy(concurrency=1, item_seconds=5)
    assert Enricher(store, PerItem(), policy=policy).enrich([service], items(30)).answers == whole(30)
    assert sent[1] - sent[0] >= 0.3


@pytest.mark.parametrize("kind", ["denied", "exhausted"])
def test_a_final_refusal_ends_it_at_once(store: ResponseStore, kind: Kind):
    service = ScriptedService(lambda number, asked: ServiceFailure(kind, "no more"))
    enriched = Enricher(store, PerItem(), policy=QUICK).enrich([service], items(500))
    assert set(enriched.unanswered.values()) == {f"scripted.test: {kind}: no more"}
    assert len(service.asked) <= 4


def test_too_large_requests_are_halved_until_they_fit(store: ResponseStore):
    service = ScriptedService(lambda n, asked: ServiceFailure("too_large", "cut short") if len(asked) > 3 else None)
    assert Enricher(store, PerItem(), policy=QUICK).enrich([service], items(40)).answers == whole(40)


def test_a_poisonous_text_takes_no_other_along(store: ResponseStore):
    service = ScriptedService(
        lambda n, asked: ServiceFailure("rejected", "filtered") if Item("text 13") in asked else None
    )
    enriched = Enricher(store, PerItem(), policy=QUICK).enrich([service], items(40))
    assert enriched.unanswered == {13: "rejected: filtered"}
    assert len(enriched.answers) == 39
    assert service.texts.count("text 27") == 1


def test_a_service_that_refuses_every_text_is_not_asked_about_all_of_them(store: ResponseStore):
    service = ScriptedService(lambda number, asked: ServiceFailure("rejected", "unknown parameter"))
    enriched = Enricher(store, PerItem(), policy=QUICK).enrich([service], items(2000))
    assert len(enriched.unanswered) == 2000
    assert len(service.asked) < 150


def test_refused_items_are_final_and_the_others_kept(store: ResponseStore):
    def refuse_one(number: int, asked: Sequence[Item]) -> Reply:
        reply = echo(asked)
        return Reply({p: a for p, a in reply.answers.items() if p != 3}, refused={3: "unsafe"}, usage=reply.usage)

    service = ScriptedService(refuse_one)
    enriched = Enricher(store, PerItem(), policy=QUICK).enrich([service], items(10))
    assert enriched.unanswered == {3: "refused: unsafe"}
    assert len(enriched.answers) == 9
    assert len(service.asked) == 1


def test_flawed_items_are_asked_again_alone_and_never_guessed(store: ResponseStore):
    def lose_some(number: int, asked: Sequence[Item]) -> Reply:
        reply = echo(asked)
        flawed = {place: "missing" for place, item in enumerate(asked) if item.text in ("text 3", "text 5")}
        if number == 1:
            flawed.pop(0)
        return Reply({p: a for p, a in reply.answers.items() if p not in flawed}, flawed=flawed, usage=reply.usage)

    service = ScriptedService(lose_some)
    enriched = Enricher(store, PerItem(), policy=QUICK).enrich([service], items(10))
    assert enriched.unanswered == {5: "flawed 3 times: missing"}
    assert service.asked[1:] == [["text 3", "text 5"], ["text 5"]]


def test_nothing_is_sent_beyond_the_budget_and_what_is_paid_is_kept(store: ResponseStore):
    service = ScriptedService(latency=0.01)
    enricher = Enricher(store, PerItem(), Budget(month_usd=0.35), QUICK)
    enriched = enricher.enrich([service], items(200))
    assert len(service.asked) == 3
    assert len(enriched.answers) == 30
    assert all(reason.startswith("over budget: ") for reason in enriched.unanswered.values())
    assert store.spend().total_usd == pytest.approx(0.3)
    service.asked.clear()
    assert len(Enricher(store, PerItem(), policy=QUICK).enrich([service], items(30)).answers) == 30
    assert service.asked == []


def test_requests_that_turn_out_cheaper_than_reserved_leave_room_for_more(store: ResponseStore):
    class Cautious(ScriptedService):
        def measure(self, items: Sequence[Item]) -> Usage:
            return Usage(records=3 * len(items))

    service = Cautious(latency=0.01)
    # Each request reserves 30 cents and costs 10: two fit at once, yet six can be paid.
    enriched = Enricher(store, PerItem(), Budget(month_usd=0.85), QUICK).enrich([service], items(200))
    assert len(enriched.answers) == 60
    assert store.spend().total_usd == pytest.approx(0.6)


def test_what_may_have_been_paid_stays_reserved(store: ResponseStore):
    service = ScriptedService(failing("timed_out", {0}, maybe_paid=True))
    assert Enricher(store, PerItem(), policy=QUICK).enrich([service], items(10)).answers == whole(10)
    assert statuses(store) == {"unknown": 1, "answered": 1}
    assert store.spend().total_usd == pytest.approx(0.2)


def test_a_service_that_does_not_answer_is_cut_off(store: ResponseStore):
    service = ScriptedService(latency=60)
    policy = Policy(request_seconds=0.2, item_seconds=0.5, paid_attempts=1)
    enriched = Enricher(store, PerItem(), policy=policy).enrich([service], items(1))
    assert enriched.unanswered == {0: "timed out: no answer in time, 1 times though it may have been paid"}
    assert statuses(store) == {"unknown": 1}


def test_a_call_has_a_deadline_of_its_own(store: ResponseStore):
    service = ScriptedService(latency=0.1)
    policy = Policy(concurrency=1, call_seconds=0.55)
    enriched = Enricher(store, PerItem(), policy=policy).enrich([service], items(200))
    assert 10 <= len(enriched.answers) <= 50
    assert set(enriched.unanswered.values()) == {"no answer within the 0.55 s of the call"}


def test_endpoints_share_the_load(store: ResponseStore):
    services = [ScriptedService(endpoint=f"{name}.test", quota=name, latency=0.01) for name in "abc"]
    Enricher(store, PerItem(), policy=Policy(concurrency=9)).enrich(services, items(600))
    assert min(len(service.asked) for service in services) >= 15


def test_a_failing_endpoint_rests_and_the_others_take_its_share(store: ResponseStore):
    bad = ScriptedService(lambda n, asked: ServiceFailure("unavailable", "down"), "bad.test", "bad", latency=0.001)
    good = ScriptedService(endpoint="good.test", quota="good", latency=0.005)
    assert Enricher(store, PerItem(), policy=QUICK).enrich([bad, good], items(600)).answers == whole(600)
    assert len(bad.asked) <= 10


def test_an_endpoint_without_credit_leaves_its_share_to_the_others(store: ResponseStore):
    broke = ScriptedService(lambda n, asked: ServiceFailure("exhausted", "no credit"), "broke.test", "broke")
    good = ScriptedService(endpoint="good.test", quota="good")
    assert Enricher(store, PerItem(), policy=QUICK).enrich([broke, good], items(200)).answers == whole(200)
    assert len(broke.asked) <= 4


def test_an_endpoint_that_recovers_is_asked_again(store: ResponseStore):
    service = ScriptedService(failing("unavailable", set(range(6))), latency=0.001)
    policy = replace(QUICK, item_seconds=30)
    assert Enricher(store, PerItem(), policy=policy).enrich([service], items(100)).answers == whole(100)


def test_limits_named_in_headers_are_kept(store: ResponseStore):
    def name_limit(number: int, asked: Sequence[Item]) -> Reply:
        reply = echo(asked)
        return Reply(reply.answers, usage=reply.usage, hints=RateHints(limit_requests=1200))

    service = ScriptedService(name_limit)
    started = time.monotonic()
    Enricher(store, PerItem(), policy=Policy(concurrency=1)).enrich([service], items(100))
    assert time.monotonic() - started > 6 / (1200 * 0.96 / 60)


def test_progress_counts_texts_in_the_callers_thread(store: ResponseStore):
    told: list[tuple[int, int]] = []
    threads = set()

    def progress(done: int, total: int) -> None:
        told.append((done, total))
        threads.add(threading.current_thread())

    texts = items(50) * 2
    Enricher(store, PerItem(), policy=QUICK).enrich([ScriptedService(latency=0.1)], texts, progress)
    assert told[-1] == (100, 100)
    assert told == sorted(told)
    assert threads == {threading.current_thread()}
    Enricher(store, PerItem(), policy=QUICK).enrich([ScriptedService()], texts, progress)
    assert told[-1] == (100, 100)


def test_it_works_where_an_event_loop_runs_already(store: ResponseStore):
    async def inside() -> int:
        return len(Enricher(store, PerItem(), policy=QUICK).enrich([ScriptedService()], items(20)).answers)

    assert asyncio.run(inside()) == 20


def test_several_threads_may_ask_at_once(store: ResponseStore):
    enricher = Enricher(store, PerItem(), policy=QUICK)
    results = {}

    def ask(name: str) -> None:
        results[name] = enricher.enrich([ScriptedService(latency=0.005)], items(100, name)).answers

    threads = [threading.Thread(target=ask, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {name: whole(100, name) for name in "abcd"}


class Interrupt(BaseException):
    """Like the one Dagster raises when a run is terminated."""


def interrupted_after(answered: int):  # type: ignore[no-untyped-def]
    def progress(done: int, total: int) -> None:
        if done >= answered:
            raise Interrupt

    return progress


def test_an_interrupt_keeps_what_was_paid_and_leaves_no_thread(store: ResponseStore):
    before = set(threading.enumerate())
    service = ScriptedService(latency=0.05)
    with pytest.raises(Interrupt):
        Enricher(store, PerItem(), policy=Policy(concurrency=4)).enrich([service], items(2000), interrupted_after(1))
    assert set(threading.enumerate()) == before
    assert set(statuses(store)) == {"answered"}
    assert len(service.asked) < 100
    assert len(store.find([service.operation.key(item) for item in items(2000)])) == len(service.texts)


def test_an_interrupt_does_not_wait_for_requests_that_hang(store: ResponseStore):
    service = ScriptedService()

    async def hang(items: Sequence[Item], timeout: float) -> Unread:
        if len(service.asked) >= 3:
            await asyncio.sleep(60)
        return await ScriptedService.send(service, items, timeout)

    service.send = hang  # type: ignore[method-assign]
    policy = Policy(concurrency=2, grace_seconds=0.2)
    with pytest.raises(Interrupt):
        Enricher(store, PerItem(), policy=policy).enrich([service], items(100), interrupted_after(1))
    assert statuses(store) == {"answered": 3, "unknown": 2}
    assert [call["detail"] for call in store.calls() if call["status"] == "unknown"] == ["timed out: interrupted"] * 2


def mistaken_in_sending(number: int, asked: Sequence[Item]) -> KeyError | None:
    return KeyError("choices") if number == 3 else None


def mistaken_in_reading(number: int, asked: Sequence[Item]) -> Unread | None:
    def unread() -> Reply:
        raise KeyError("choices")

    return unread if number == 3 else None


@pytest.mark.parametrize("script", [mistaken_in_sending, mistaken_in_reading])
def test_a_mistake_of_a_client_is_raised_and_its_request_settled(store: ResponseStore, script: Script):
    service = ScriptedService(script, latency=0.01)
    with pytest.raises(KeyError, match="choices"):
        Enricher(store, PerItem(), policy=QUICK).enrich([service], items(500))
    counts = statuses(store)
    assert counts["unknown"] == 1
    assert "open" not in counts
    assert len(store.find([service.operation.key(item) for item in items(500)])) == 10 * counts["answered"]


@pytest.mark.parametrize("must_wait", [False, True])
def test_a_store_that_fails_is_an_error(must_wait: bool, store: ResponseStore, monkeypatch: pytest.MonkeyPatch):
    record = store.record

    def full(entries: Sequence[Intent | Settled], budget: Budget) -> object:
        if any(isinstance(entry, Settled) for entry in entries):
            raise StoreError("disk full")
        return record(entries, budget)

    monkeypatch.setattr(store, "record", full)
    monkeypatch.setattr(store, "try_record", (lambda entries, budget: None) if must_wait else full)
    before = set(threading.enumerate())
    with pytest.raises(StoreError, match="disk full"):
        Enricher(store, PerItem(), policy=QUICK).enrich([ScriptedService()], items(50))
    assert set(threading.enumerate()) == before


def test_a_store_that_must_wait_holds_no_request_up(store: ResponseStore, monkeypatch: pytest.MonkeyPatch):
    record = store.record
    others_answered = threading.Event()

    def wait_for_others(entries: Sequence[Intent | Settled], budget: Budget) -> object:
        if any(isinstance(entry, Settled) for entry in entries):
            assert others_answered.wait(20)
        return record(entries, budget)

    monkeypatch.setattr(store, "try_record", lambda entries, budget: None)
    monkeypatch.setattr(store, "record", wait_for_others)

    def count(number: int, asked: Sequence[Item]) -> None:
        if number == 3:
            others_answered.set()

    service = ScriptedService(count, latency=0.01)
    assert len(Enricher(store, PerItem(), policy=QUICK).enrich([service], items(80)).answers) == 80
