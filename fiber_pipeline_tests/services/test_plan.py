from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fiber_pipeline.services.enrichment import Enricher
from fiber_pipeline.services.failures import UnknownPrice
from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.policy import Policy
from fiber_pipeline.services.service import Limits, Usage
from fiber_pipeline.services.store.protocol import Budget, ResponseStore, Settlement
from fiber_pipeline_tests.services.scripted import LIMITS, OPERATION, PerItem, ScriptedService
from fiber_pipeline_tests.services.store.requests import intent


class NoPrice:
    def cost(self, provider: str, model: str, operation: str, usage: Usage) -> float:
        raise UnknownPrice(f"{provider}/{model} has no price")


def items(*texts: str) -> list[Item]:
    return [Item(text) for text in texts]


def test_a_plan_counts_distinct_texts_and_what_is_cached(store: ResponseStore):
    enricher, service = Enricher(store, PerItem()), ScriptedService()
    enricher.enrich([service], items("a", "b"))
    service.asked.clear()
    plan = enricher.plan([service], items("a", "a", "b", "c", "d", "c", "x" * 2000))
    assert (plan.texts, plan.distinct, plan.cached, plan.to_ask, plan.too_long) == (7, 5, 2, 2, 1)
    assert plan.requests == 1
    assert plan.usage == Usage(records=2)
    assert plan.most_usd == pytest.approx(0.02)
    assert service.asked == []


def test_a_plan_for_nothing_costs_nothing(store: ResponseStore):
    plan = Enricher(store, NoPrice()).plan([ScriptedService()], [])
    assert (plan.requests, plan.cost_usd, plan.seconds) == (0, 0.0, 0.0)


def test_an_unknown_price_is_a_refusal_before_anything_is_sent(store: ResponseStore):
    service = ScriptedService()
    enricher = Enricher(store, NoPrice())
    with pytest.raises(UnknownPrice, match="scripted-1"):
        enricher.plan([service], items("a"))
    with pytest.raises(UnknownPrice, match="scripted-1"):
        enricher.enrich([service], items("a"))
    assert service.asked == []
    assert list(store.calls()) == []


def test_what_is_cached_needs_no_price(store: ResponseStore):
    Enricher(store, PerItem()).enrich([ScriptedService()], items("a"))
    assert Enricher(store, NoPrice()).enrich([ScriptedService()], items("a")).answers == {0: {"echo": "a"}}


def test_expected_cost_and_time_follow_what_requests_took_before(store: ResponseStore):
    class Careful(ScriptedService):
        def measure(self, items: list[Item]) -> Usage:  # type: ignore[override]
            return Usage(records=4 * len(items))

    enricher = Enricher(store, PerItem(), policy=Policy(concurrency=1))
    service = Careful(latency=0.1)
    first = enricher.plan([service], items("a", "b"))
    assert first.cost_usd == first.most_usd == pytest.approx(0.08)
    enricher.enrich([service], items("a", "b"))
    second = enricher.plan([service], items(*"cdefghijklmn"))
    assert second.most_usd == pytest.approx(0.48)
    assert second.cost_usd == pytest.approx(0.12)
    assert 0.2 <= second.seconds < 1.0


def test_hours_in_a_batch_say_nothing_of_how_long_a_request_takes(store: ResponseStore):
    enricher, service = Enricher(store, PerItem(), policy=Policy(concurrency=1)), ScriptedService()
    collected = intent("key", called_at=datetime.now(UTC), model=OPERATION.model)
    store.intend(collected, Budget())
    store.settle(collected.call_id, Settlement("answered", Usage(records=1), 0.01, latency_ms=8 * 3_600_000))
    assert enricher.plan([service], items("a")).seconds == pytest.approx(2.0)


def test_paces_bound_the_time(store: ResponseStore):
    texts = [Item(str(number)) for number in range(1000)]
    paced = ScriptedService(limits=replace(LIMITS, requests_per_minute=50))
    assert Enricher(store, PerItem()).plan([paced], texts).seconds == pytest.approx(120)
    other = ScriptedService(limits=replace(LIMITS, requests_per_minute=50), quota="other")
    assert Enricher(store, PerItem()).plan([paced, other], texts).seconds == pytest.approx(60)


def test_languages_are_questions_of_their_own(store: ResponseStore):
    service = ScriptedService()
    enriched = Enricher(store, PerItem()).enrich([service], [Item("a", "es"), Item("a", "gn"), Item("a", "es")])
    assert sorted(map(len, service.asked)) == [1, 1]
    assert len(enriched.answers) == 3


def test_services_of_different_operations_are_not_mixed(store: ResponseStore):
    other = ScriptedService(operation=replace(OPERATION, prompt_version="v2"), endpoint="other.test")
    with pytest.raises(ValueError, match=r"other\.test and scripted\.test answer different questions"):
        Enricher(store, PerItem()).enrich([ScriptedService(), other], items("a"))
    with pytest.raises(ValueError, match="no service"):
        Enricher(store, PerItem()).enrich([], items("a"))


def test_texts_that_are_too_long_stay_unanswered_unsent(store: ResponseStore):
    service = ScriptedService(limits=Limits(items=10, item_characters=5, request_characters=50))
    enriched = Enricher(store, PerItem()).enrich([service], items("short", "too long"))
    assert enriched.answers == {0: {"echo": "short"}}
    assert enriched.unanswered == {1: "too long: 8 characters, where the service takes 5"}
    assert service.texts == ["short"]
