"""What there is to ask: distinct texts, less what is answered, packed into requests and priced.

`fiber estimate` and the run itself come through here, so that they cannot disagree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from fiber_pipeline.services.doubt import mark_of
from fiber_pipeline.services.operation import Item, Operation
from fiber_pipeline.services.packing import common_limits, pack, too_long
from fiber_pipeline.services.policy import Policy
from fiber_pipeline.services.service import Service, Usage
from fiber_pipeline.services.store.protocol import ResponseStore

# What a request takes where the books do not say: a model writing some hundred tokens.
_GUESSED_LATENCY_SECONDS = 2.0
_HISTORY = timedelta(days=7)


class PriceList(Protocol):
    """What knows what usage costs."""

    def cost(self, provider: str, model: str, operation: str, usage: Usage) -> float:
        """US dollars. Raises UnknownPrice."""


@dataclass(frozen=True)
class Plan:
    """What asking about some texts would take. Nothing has been sent to make it.

    texts: as they came. distinct: of them. cached: distinct texts already answered.
    too_long: distinct texts that no request can hold; they stay unanswered.
    to_ask: distinct texts to send, in this many `requests`.
    usage: at most, over all requests.
    cost_usd: expected, from what such requests have cost before against their upper estimate; the upper estimate
        itself where the books hold none. most_usd: the upper estimate.
    seconds: expected, from latency, concurrency and pace.
    """

    texts: int
    distinct: int
    cached: int
    too_long: int
    to_ask: int
    requests: int
    usage: Usage
    cost_usd: float
    most_usd: float
    seconds: float


@dataclass(frozen=True)
class Work:
    """A plan in full: the questions themselves.

    question_of: for every text as it came, the number of its question; a question is a distinct key.
    items, keys: of every question.
    answers: what the store had, by question (None for each if the plan was made without).
    unsendable: reason by question.
    packs: the questions of each request. usage, cost: their upper estimates, summed.
    """

    question_of: Sequence[int]
    items: Sequence[Item]
    keys: Sequence[str]
    answers: dict[int, Any]
    unsendable: dict[int, str]
    packs: list[tuple[int, ...]]
    usage: Usage
    most_usd: float


def one_operation(services: Sequence[Service]) -> Operation:
    """The operation all these services share. Raises ValueError if there is none or more than one."""
    if not services:
        raise ValueError("no service to ask")
    operation = services[0].operation
    for service in services:
        if service.operation.fingerprint != operation.fingerprint:
            raise ValueError(f"{service.endpoint} and {services[0].endpoint} answer different questions")
    return operation


def prepare(
    services: Sequence[Service],
    items: Sequence[Item],
    store: ResponseStore,
    prices: PriceList,
    policy: Policy,
    *,
    with_answers: bool = True,
) -> Work:
    """Find out what is left to ask. Raises UnknownPrice if anything is and its price is not known.

    with_answers: whether `Work.answers` holds what the store has, or only says for which questions it has something.
    """
    operation = one_operation(services)
    question_of, distinct, keys = _questions(operation, items)
    found = store.find(keys) if with_answers else dict.fromkeys(store.known(keys))
    answers = {number: found[key] for number, key in enumerate(keys) if key in found}
    limits = common_limits(services)
    unsendable: dict[int, str] = {}
    to_ask = []
    for number, item in enumerate(distinct):
        if number in answers:
            continue
        if reason := too_long(item, limits):
            unsendable[number] = reason
        else:
            to_ask.append(number)
    doubted = store.known([mark_of(keys[number]) for number in to_ask])
    alone = {number for number in to_ask if mark_of(keys[number]) in doubted} if doubted else set()
    packs = pack(distinct, to_ask, limits, policy.items_per_request, alone)
    usage, most_usd = Usage(), 0.0
    for numbers in packs:
        # Priced one by one: some prices depend on the size of a request.
        each = services[0].measure([distinct[number] for number in numbers])
        most_usd += prices.cost(operation.provider, operation.model, operation.name, each)
        usage += each
    return Work(question_of, distinct, keys, answers, unsendable, packs, usage, most_usd)


def describe(work: Work, services: Sequence[Service], store: ResponseStore, policy: Policy) -> Plan:
    """What this work would take, going by what such requests took before."""
    share, latency = (1.0, _GUESSED_LATENCY_SECONDS)
    if work.packs:
        share, latency = _experience(store, services[0].operation, policy)
    return Plan(
        texts=len(work.question_of),
        distinct=len(work.items),
        cached=len(work.answers),
        too_long=len(work.unsendable),
        to_ask=sum(len(numbers) for numbers in work.packs),
        requests=len(work.packs),
        usage=work.usage,
        cost_usd=work.most_usd * share,
        most_usd=work.most_usd,
        seconds=_seconds(work, services, policy, latency),
    )


def paced_amount(usage: Usage) -> int:
    """What a request counts for against `Limits.tokens_per_minute`."""
    return usage.tokens_in + usage.tokens_out or usage.characters


def _questions(operation: Operation, items: Sequence[Item]) -> tuple[list[int], list[Item], list[str]]:
    numbers: dict[Item, int] = {}
    question_of = [numbers.setdefault(item, len(numbers)) for item in items]
    return question_of, list(numbers), [operation.key(item) for item in numbers]


def _experience(store: ResponseStore, operation: Operation, policy: Policy) -> tuple[float, float]:
    """The cost of answered requests as a share of what was reserved for them, and their latency in seconds."""
    reserved = paid = 0.0
    latencies = []
    asked = (operation.provider, operation.name, operation.model)
    for call in store.calls(since=datetime.now(UTC) - _HISTORY):
        if call["status"] == "answered" and (call["provider"], call["operation"], call["model"]) == asked:
            reserved += call["reserved_usd"]
            paid += call["cost_usd"]
            latencies.append(call["latency_ms"] / 1000)
    # What took longer than a request may was collected from a batch, hours later.
    direct = [latency for latency in latencies if latency <= policy.request_seconds]
    return (
        min(1.0, paid / reserved) if reserved else 1.0,
        sum(direct) / len(direct) if direct else _GUESSED_LATENCY_SECONDS,
    )


def _seconds(work: Work, services: Sequence[Service], policy: Policy, latency: float) -> float:
    """The longest of three: what concurrency, requests a minute and tokens a minute allow."""
    requests = len(work.packs)
    if not requests:
        return 0.0
    quotas = {service.quota: service.limits for service in services}.values()
    candidates = [latency * max(1.0, requests / policy.concurrency)]
    for amount, paces in (
        (requests, [limits.requests_per_minute for limits in quotas]),
        (paced_amount(work.usage), [limits.tokens_per_minute for limits in quotas]),
    ):
        known = [pace for pace in paces if pace is not None]
        if len(known) == len(paces):
            candidates.append(amount / sum(known) * 60)
    return max(candidates)
