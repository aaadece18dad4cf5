"""Asking paid services about many texts: no text is paid for twice, none is lost, no budget is exceeded."""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from fiber_pipeline.services.books import Books, new_intent
from fiber_pipeline.services.caller import current_caller
from fiber_pipeline.services.doubt import Doubt
from fiber_pipeline.services.endpoints import Quotas
from fiber_pipeline.services.execution import Execution
from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.plan import Plan, PriceList, Work, describe, one_operation, prepare
from fiber_pipeline.services.policy import Policy
from fiber_pipeline.services.private_loop import run_apart
from fiber_pipeline.services.service import Service
from fiber_pipeline.services.store.protocol import Budget, ResponseStore

Progress = Callable[[int, int], None]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Enriched:
    """What became of the texts, by their place: every place is in exactly one of the two.

    answers: plain JSON, as the service's client made it. Texts that are the same share one object.
    unanswered: why, for the next engine of the chain and its `fallback_reason`.
    """

    answers: Mapping[int, Any]
    unanswered: Mapping[int, str] = field(default_factory=dict)


class Enricher:
    """Asks services about texts. Synchronous from outside; safe to use from several threads.

    store: keeps answers and books. prices: of everything that may be asked. budget: hard limits.
    What one call learns of a quota's pace and health, the next one goes by.
    """

    def __init__(
        self,
        store: ResponseStore,
        prices: PriceList,
        budget: Budget | None = None,
        policy: Policy | None = None,
    ) -> None:
        self.store = store
        self.prices = prices
        self.budget = budget or Budget()
        self.policy = policy or Policy()
        self._quotas = Quotas()

    def plan(self, services: Sequence[Service], items: Sequence[Item]) -> Plan:
        """Say what asking about `items` would take, sending nothing. Raises UnknownPrice."""
        work = prepare(services, items, self.store, self.prices, self.policy, with_answers=False)
        return describe(work, services, self.store, self.policy)

    def enrich(
        self,
        services: Sequence[Service],
        items: Sequence[Item],
        progress: Progress | None = None,
        doubt: Doubt | None = None,
    ) -> Enriched:
        """Answer `items`, from the store where it can, else by asking `services`.

        services: endpoints of one operation, which share the load.
        progress: told, in this thread, how many of `items` have an outcome, and how many there are.
        doubt: who doubts the answers of a request; without it all are believed.
        Raises UnknownPrice, before anything is sent, if something must be asked and has no price. An interrupt (any
        exception in the calling thread) ends requests under way after a short grace, keeps what was paid and passes on.
        """
        work = prepare(services, items, self.store, self.prices, self.policy)
        self._note_cached(services, work)
        if not work.packs:
            if progress is not None:
                progress(len(items), len(items))
            return _by_place(work, work.answers, work.unsendable)
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="services-books") as pen:
            books = Books(one_operation(services), self.store, self.prices, self.budget, current_caller(), pen)
            execution = Execution(work, services, self._quotas, books, self.policy, doubt)
            run_apart(
                execution.run,
                watch=_progress_of(work, execution, progress),
                give_up=partial(_give_up, execution, self.policy),
            )
        if execution.doubted:
            asked = sum(map(len, work.packs))
            _log.warning(
                "%d of %d texts were asked about again alone: their answers contradicted what is known of "
                "them, which a text among them may have talked the model into",
                execution.doubted,
                asked,
            )
        enriched = _by_place(work, execution.answers(), execution.reasons)
        if enriched.unanswered:
            example = next(iter(enriched.unanswered.values()))
            _log.warning("%d of %d texts stay unanswered, such as: %s", len(enriched.unanswered), len(items), example)
        return enriched

    def _note_cached(self, services: Sequence[Service], work: Work) -> None:
        if work.answers:
            keys = [work.keys[number] for number in work.answers]
            self.store.note_cached(
                new_intent(one_operation(services), services[0].endpoint, keys, 0.0, current_caller())
            )


def _give_up(execution: Execution, policy: Policy, at_once: bool) -> None:
    execution.stop_from_outside("interrupted", 0.0 if at_once else policy.grace_seconds)


def _by_place(work: Work, answers: Mapping[int, Any], reasons: Mapping[int, str]) -> Enriched:
    answered = {place: answers[number] for place, number in enumerate(work.question_of) if number in answers}
    unanswered = {place: reasons[number] for place, number in enumerate(work.question_of) if number not in answers}
    return Enriched(answered, unanswered)


def _progress_of(work: Work, execution: Execution, progress: Progress | None) -> Callable[[], None]:
    """Report outcomes per text when there are more than last time."""
    told = -1
    share = len(work.question_of) / max(1, len(work.items))

    def tell() -> None:
        nonlocal told
        outcomes = execution.outcomes
        if progress is not None and outcomes != told:
            told = outcomes
            # Questions stand for more texts than one where texts repeat; in the middle their mean will do.
            progress(min(round(outcomes * share), len(work.question_of)), len(work.question_of))

    return tell
