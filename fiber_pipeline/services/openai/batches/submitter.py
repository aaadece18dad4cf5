"""Submitting texts: what is neither answered nor asked for already, spread over the endpoints that take batches."""

import logging
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from fiber_pipeline.services.books import new_intent
from fiber_pipeline.services.caller import current_caller
from fiber_pipeline.services.failures import BudgetExceeded, ServiceFailure
from fiber_pipeline.services.openai.batches.books import BatchBooks
from fiber_pipeline.services.openai.batches.endpoint import BatchEndpoint
from fiber_pipeline.services.openai.batches.files import write_lines
from fiber_pipeline.services.openai.batches.journal.protocol import Submission
from fiber_pipeline.services.openai.batches.takers import NobodyTakesIt, Takers
from fiber_pipeline.services.openai.client import OpenAIService
from fiber_pipeline.services.openai.operations import Question
from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.plan import prepare
from fiber_pipeline.services.policy import Policy
from fiber_pipeline.services.store.protocol import Budget

_log = logging.getLogger(__name__)
Packs = Sequence[Sequence[Item]]


@dataclass(frozen=True)
class Submitted:
    """What came of submitting texts.

    submissions: those made, also such as OpenAI has not confirmed yet. cached, outstanding: distinct texts that are
    answered, or asked for by others, already. awaited: ids of the submissions that ask for those.
    held_back: why the rest was not submitted (over budget, nobody that takes it); None if all of it was.
    """

    submissions: tuple[Submission, ...]
    cached: int
    outstanding: int
    awaited: frozenset[str] = frozenset()
    held_back: str | None = None


class BatchSubmitter:
    """Submits to the endpoints of one model, which share the submissions."""

    def __init__(
        self,
        endpoints: Sequence[BatchEndpoint],
        books: BatchBooks,
        budget: Budget,
        *,
        items_per_request: int = 10,
        requests_per_batch: int = 2000,
    ) -> None:
        """requests_per_batch: larger ones are submitted in parts, which end and fail apart; OpenAI takes 50,000."""
        self._endpoints = endpoints
        self._books = books
        self._budget = budget
        self._items_per_request = items_per_request
        self._requests_per_batch = requests_per_batch

    def submit(self, question: Question, items: Sequence[Item]) -> Submitted:
        """Submit what is neither answered nor asked for already, in the name of the caller's run and batch.

        Raises UnknownPrice before anything is sent, ValueError if there is no endpoint.
        """
        operation, journal = question.operation, self._books.journal
        distinct = {operation.key(item): item for item in items if item.text.strip()}
        claimed = journal.outstanding(list(distinct))
        open_items = [item for key, item in distinct.items() if key not in claimed]
        services = [OpenAIService(question, each.endpoint, self._items_per_request) for each in self._endpoints]
        policy = Policy(items_per_request=self._items_per_request)
        work = prepare(services, open_items, self._books.store, self._books, policy, with_answers=False)
        takers = Takers(self._endpoints, journal, self._books.clock())
        made: list[Submission] = []
        held_back = None
        for first in range(0, len(work.packs), self._requests_per_batch):
            packs = [
                [work.items[number] for number in numbers]
                for numbers in work.packs[first : first + self._requests_per_batch]
            ]
            try:
                submission = self._place(question, packs, takers, claimed)
            except (BudgetExceeded, NobodyTakesIt) as problem:
                held_back = f"over budget: {problem}" if isinstance(problem, BudgetExceeded) else str(problem)
                _log.warning("%d requests were not submitted: %s", len(work.packs) - first, held_back)
                break
            if submission is not None:
                made.append(submission)
        return Submitted(tuple(made), len(work.answers), len(claimed), frozenset(claimed.values()), held_back)

    def _place(self, question: Question, packs: Packs, takers: Takers, claimed: dict[str, str]) -> Submission | None:
        """Submit to an endpoint that takes it; None if others have claimed all of it meanwhile.

        claimed: what others ask for, with whose it is; what turns out to be theirs is added.
        Raises BudgetExceeded, NobodyTakesIt.
        """
        while True:
            taker = takers.next()
            submission, packs = self._begin(question, packs, taker, claimed)
            if not packs:
                return None
            try:
                batch = taker.send(submission, write_lines(question, taker.endpoint, packs))
            except ServiceFailure as failure:
                takers.failed(taker, failure)
                if failure.maybe_paid:
                    # OpenAI may have it all the same, as the next look will tell; until then nobody else is asked.
                    _log.warning("submission %s is not confirmed: %s", submission.id, failure)
                    return submission
                self._books.void(submission, str(failure))
                with suppress(ServiceFailure):
                    # It goes by itself if it cannot be deleted now.
                    taker.tidy_upload(submission)
            else:
                takers.took(taker, len(packs))
                return self._books.note(submission, taker.name, batch)

    def _begin(
        self, question: Question, packs: Packs, taker: BatchEndpoint, claimed: dict[str, str]
    ) -> tuple[Submission, Packs]:
        """Write down what is about to be sent, in the journal and in the books; with it, what of `packs` is ours.

        Raises BudgetExceeded.
        """
        operation, journal = question.operation, self._books.journal
        keys = [operation.key(item) for items in packs for item in items]
        intent = new_intent(operation, taker.endpoint.host, keys, self._most(question, packs), current_caller())
        submission = Submission(
            id=uuid.uuid4().hex,
            call_id=intent.call_id,
            state="intended",
            endpoint=taker.name,
            operation=operation.name,
            fingerprint=operation.fingerprint,
            model=operation.model,
            prompt_version=operation.prompt_version,
            batch=intent.batch,
            created_at=self._books.clock(),
            requests=len(packs),
            items=len(keys),
            reserved_usd=intent.reserved_usd,
        )
        taken = journal.begin(submission, keys)
        if taken:
            claimed.update(taken)
            ours = [[item for item in items if operation.key(item) not in taken] for items in packs]
            packs = [items for items in ours if items]
            if not packs:
                journal.change(submission.id, state="lost", cost_usd=0.0, detail="others ask for all of it")
                return submission, packs
            keys = [key for key in keys if key not in taken]
            intent = replace(intent, keys=tuple(keys), reserved_usd=self._most(question, packs))
            submission = replace(submission, requests=len(packs), items=len(keys), reserved_usd=intent.reserved_usd)
            journal.change(
                submission.id,
                requests=submission.requests,
                items=submission.items,
                reserved_usd=submission.reserved_usd,
            )
        try:
            self._books.store.intend(intent, self._budget)
        except BudgetExceeded:
            journal.change(submission.id, state="lost", cost_usd=0.0, detail="over budget")
            raise
        return submission, packs

    def _most(self, question: Question, packs: Packs) -> float:
        """What these requests can cost, in US dollars."""
        operation = question.operation
        return sum(
            self._books.cost(operation.provider, operation.model, operation.name, question.measure(items))
            for items in packs
        )
