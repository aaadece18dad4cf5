"""The Batch API: what would be asked one by one is submitted as files and answered within a day, at half the price.

Submit, follow, collect, cancel; each can be repeated at any time, by any process that has the journal. Collected
answers go into the response store under the keys a direct run would use, so that run finds them there. A submission
is reserved in the books, as one call, from before it is sent until it is collected. What a batch leaves unanswered
(it expired, was cancelled, or single texts failed) is not submitted again: a direct run asks for it.
"""

import logging
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Protocol

import openai
from openai.types import Batch

from fiber_pipeline.services.books import new_intent
from fiber_pipeline.services.caller import current_caller
from fiber_pipeline.services.failures import BudgetExceeded, ServiceFailure
from fiber_pipeline.services.openai.batches.files import read_results, write_lines
from fiber_pipeline.services.openai.batches.journal import BatchJournal, State, Submission
from fiber_pipeline.services.openai.client import NO_KEY, OpenAIService
from fiber_pipeline.services.openai.endpoints import OpenAIEndpoint
from fiber_pipeline.services.openai.operations import PROVIDER, Question
from fiber_pipeline.services.openai.trouble import failure_of
from fiber_pipeline.services.operation import Item, text_hash
from fiber_pipeline.services.plan import prepare
from fiber_pipeline.services.policy import Policy
from fiber_pipeline.services.service import Usage
from fiber_pipeline.services.store.errors import StoreError
from fiber_pipeline.services.store.protocol import Budget, Kept, ResponseStore, Settlement

_log = logging.getLogger(__name__)
_OURS = "fiber_submission"
_ENDED = frozenset(("completed", "failed", "expired", "cancelled"))
_REQUEST_SECONDS = 60.0
_UPLOAD_SECONDS = 300.0
# Sending takes at most an upload and a request; after this long an intention that OpenAI knows nothing of is void.
_VOID_SECONDS = 900.0
_MONTH_SECONDS = 30 * 86_400


class BatchPrices(Protocol):
    """What knows what usage costs through the Batch API."""

    def cost(self, provider: str, model: str, operation: str, usage: Usage, *, batch_api: bool = False) -> float:
        """US dollars. Raises UnknownPrice."""


@dataclass(frozen=True)
class Submitted:
    """What came of submitting texts.

    submissions: those made. cached, outstanding: distinct texts that are answered, or asked for, already.
    awaited: ids of the earlier submissions that ask for them.
    held_back: why the rest was not submitted (over budget, an error of the service); None if all of it was.
    """

    submissions: tuple[Submission, ...]
    cached: int
    outstanding: int
    awaited: frozenset[str] = frozenset()
    held_back: str | None = None


class OpenAIBatches:
    """The Batch API at one endpoint."""

    def __init__(
        self,
        endpoint: OpenAIEndpoint,
        journal: BatchJournal,
        store: ResponseStore,
        prices: BatchPrices,
        budget: Budget | None = None,
        *,
        items_per_request: int = 10,
        requests_per_batch: int = 2000,
    ) -> None:
        """requests_per_batch: larger ones are submitted in parts, which end and fail apart; OpenAI takes 50,000."""
        self.journal = journal
        self._endpoint = endpoint
        self._store = store
        self._prices = prices
        self._budget = budget or Budget()
        self._items_per_request = items_per_request
        self._requests_per_batch = requests_per_batch

    def submit(self, question: Question, items: Sequence[Item]) -> Submitted:
        """Submit what is neither answered nor asked for already, in the name of the caller's run and batch.

        Raises UnknownPrice before anything is sent.
        """
        operation = question.operation
        distinct = {operation.key(item): item for item in items if item.text.strip()}
        waiting = self.journal.outstanding(list(distinct))
        open_items = [item for key, item in distinct.items() if key not in waiting]
        service = OpenAIService(question, self._endpoint, self._items_per_request)
        policy = Policy(items_per_request=self._items_per_request)
        work = prepare([service], open_items, self._store, _AtHalfPrice(self._prices), policy)
        made: list[Submission] = []
        held_back = None
        for first in range(0, len(work.packs), self._requests_per_batch):
            packs = work.packs[first : first + self._requests_per_batch]
            asked = [[work.items[number] for number in numbers] for numbers in packs]
            try:
                made.append(self._submit(question, asked))
            except BudgetExceeded as problem:
                held_back = f"over budget: {problem}"
            except ServiceFailure as failure:
                held_back = f"{failure.kind.replace('_', ' ')}: {failure}"
            if held_back is not None:
                _log.warning("%d requests were not submitted: %s", len(work.packs) - first, held_back)
                break
        return Submitted(tuple(made), len(work.answers), len(waiting), frozenset(waiting.values()), held_back)

    def follow(self) -> list[Submission]:
        """Look at every open submission of this endpoint, also at those that may not have arrived; return what is open.

        Raises ServiceFailure if OpenAI cannot be asked.
        """
        with _failures():
            for submission in self._mine("intended"):
                self._find(submission)
            for submission in self._mine("submitted"):
                try:
                    self._note(submission, self._client.batches.retrieve(str(submission.remote_id)))
                except openai.NotFoundError:
                    self._miss(submission)
        return [each for each in self._mine() if each.is_open]

    def collect(self, questions: Iterable[Question]) -> list[Submission]:
        """Bring in what has ended: answers into the store, costs into the books, files off OpenAI's disks.

        questions: as they are asked now. Answers to a question that has changed since are paid and of no use.
        Raises ServiceFailure if a file cannot be had; what was collected before stays collected.
        """
        known = {question.operation.fingerprint: question for question in questions}
        collected = []
        with _failures():
            for submission in self._mine("ended"):
                try:
                    batch = self._client.batches.retrieve(str(submission.remote_id))
                    collected.append(self._collect(submission, batch, known.get(submission.fingerprint)))
                except openai.NotFoundError:
                    self._miss(submission)
                else:
                    self._tidy(batch)
        return collected

    def cancel(self, submission: Submission) -> None:
        """Ask OpenAI to stop; what it has answered by then is collected, and paid, as ever. Raises ServiceFailure."""
        if submission.state != "submitted":
            return
        with _failures():
            self._note(submission, self._client.batches.cancel(str(submission.remote_id)))

    def _submit(self, question: Question, packs: Sequence[Sequence[Item]]) -> Submission:
        operation = question.operation
        usage = [question.measure(items) for items in packs]
        reserved = sum(self._cost(question, each) for each in usage)
        keys = [operation.key(item) for items in packs for item in items]
        intent = new_intent(operation, self._endpoint.host, keys, reserved, current_caller())
        submission = Submission(
            id=uuid.uuid4().hex,
            call_id=intent.call_id,
            state="intended",
            endpoint=self._endpoint.name,
            operation=operation.name,
            fingerprint=operation.fingerprint,
            model=operation.model,
            batch=intent.batch,
            created_at=time.time(),
            requests=len(packs),
            items=len(keys),
            reserved_usd=reserved,
        )
        self.journal.begin(submission, keys)
        try:
            self._store.intend(intent, self._budget)
        except BudgetExceeded:
            self.journal.change(submission.id, state="lost", detail="over budget")
            raise
        content = write_lines(question, self._endpoint, packs)
        try:
            return self._note(submission, self._send(submission, content))
        except ServiceFailure as failure:
            # Where OpenAI may have it all the same, the next look will tell.
            if not failure.maybe_paid:
                self._void(submission, str(failure))
            raise

    def _send(self, submission: Submission, content: bytes) -> Batch:
        with _failures():
            file = self._client.files.create(
                file=(_file_name(submission), content),
                purpose="batch",
                expires_after={"anchor": "created_at", "seconds": _MONTH_SECONDS},
                timeout=_UPLOAD_SECONDS,
            )
            return self._client.batches.create(
                completion_window="24h",
                endpoint="/v1/responses" if self._endpoint.api == "responses" else "/v1/chat/completions",
                input_file_id=file.id,
                metadata={_OURS: submission.id, "operation": submission.operation},
            )

    def _find(self, submission: Submission) -> None:
        """Find out whether a submission that was only intended arrived."""
        for batch in self._client.batches.list(limit=100):
            if (batch.metadata or {}).get(_OURS) == submission.id:
                self._note(submission, batch)
                return
            if batch.created_at < submission.created_at - _VOID_SECONDS:
                break
        if time.time() - submission.created_at < _VOID_SECONDS:
            return
        self._void(submission, "it never reached OpenAI")

    def _void(self, submission: Submission, reason: str) -> None:
        """Give a submission up that OpenAI does not have, and free what was reserved for it."""
        self._settle(submission, Settlement("failed", Usage(), 0.0, 0.0, detail=reason))
        self.journal.change(submission.id, state="lost", detail=reason)
        with suppress(openai.APIError):
            # Uploaded, perhaps, and of no use; it ends by itself if it cannot be deleted now.
            for file in self._client.files.list(purpose="batch"):
                if file.filename == _file_name(submission):
                    self._client.files.delete(file.id)

    def _miss(self, submission: Submission) -> None:
        """Give a submission up that OpenAI had and has no longer, or not its files: it may have been paid for."""
        reason = "OpenAI no longer has it"
        _log.warning("submission %s (%s): %s", submission.id, submission.operation, reason)
        self._settle(submission, Settlement("unknown", Usage(), submission.reserved_usd, 0.0, detail=reason))
        self.journal.change(submission.id, state="lost", detail=reason)

    def _note(self, submission: Submission, batch: Batch) -> Submission:
        noted = replace(
            submission,
            state="ended" if batch.status in _ENDED else "submitted",
            remote_id=batch.id,
            remote_status=batch.status,
            input_file=batch.input_file_id,
        )
        self.journal.change(
            noted.id,
            remote_id=noted.remote_id,
            remote_status=noted.remote_status,
            input_file=noted.input_file,
            state=noted.state,
        )
        return noted

    def _collect(self, submission: Submission, batch: Batch, question: Question | None) -> Submission:
        output = self._download(batch.output_file_id)
        errors = self._download(batch.error_file_id)
        # Only results make it necessary to know what was asked.
        sent = self._download(batch.input_file_id) if output or errors else b""
        results = read_results(question, self._endpoint.api, sent, output, errors)
        detail = _what_happened(batch, results.unanswered if output or errors else submission.items, question)
        kept = []
        if question is not None:
            operation = question.operation
            kept = [Kept(operation.key(item), text_hash(item.text), answer) for item, answer in results.answers]
        cost = self._prices.cost(PROVIDER, submission.model, submission.operation, results.usage, batch_api=True)
        settlement = Settlement(
            status="answered" if output else "failed",
            usage=results.usage,
            cost_usd=cost,
            latency_ms=(time.time() - submission.created_at) * 1000,
            request_id=batch.id,
            detail=detail,
        )
        self._settle(submission, settlement, kept)
        self.journal.change(submission.id, state="collected", answered=len(kept), detail=detail)
        if detail is not None:
            _log.warning("batch %s (%s): %s", batch.id, submission.operation, detail)
        return replace(submission, state="collected", answered=len(kept), detail=detail)

    def _settle(self, submission: Submission, settlement: Settlement, kept: Sequence[Kept] = ()) -> None:
        try:
            self._store.settle(submission.call_id, settlement, kept)
        except StoreError:
            # Settled before the journal could say so, or never reserved because the process died first.
            if any(
                call["call_id"] == submission.call_id and call["status"] == "open" for call in self._calls(submission)
            ):
                raise

    def _calls(self, submission: Submission) -> Iterable[Mapping[str, object]]:
        return self._store.calls(since=datetime.fromtimestamp(submission.created_at - 60, UTC))

    def _download(self, file: str | None) -> bytes:
        return b"" if file is None else self._client.files.content(file, timeout=_UPLOAD_SECONDS).content

    def _tidy(self, batch: Batch) -> None:
        """Take customers' words, redacted as they are, off the service's disks."""
        for file in (batch.input_file_id, batch.output_file_id, batch.error_file_id):
            if file is not None:
                with suppress(openai.NotFoundError):
                    self._client.files.delete(file)

    def _cost(self, question: Question, usage: Usage) -> float:
        operation = question.operation
        return self._prices.cost(operation.provider, operation.model, operation.name, usage, batch_api=True)

    def _mine(self, *states: State) -> list[Submission]:
        return [each for each in self.journal.submissions(*states) if each.endpoint == self._endpoint.name]

    @cached_property
    def _client(self) -> openai.OpenAI:
        return openai.OpenAI(
            api_key=self._endpoint.api_key or NO_KEY,
            base_url=self._endpoint.base_url,
            max_retries=0,
            timeout=_REQUEST_SECONDS,
        )


@dataclass(frozen=True)
class _AtHalfPrice:
    """The price list that plans go by."""

    prices: BatchPrices

    def cost(self, provider: str, model: str, operation: str, usage: Usage) -> float:
        return self.prices.cost(provider, model, operation, usage, batch_api=True)


@contextmanager
def _failures() -> Iterator[None]:
    """OpenAI's errors as ours."""
    try:
        yield
    except openai.APIError as error:
        raise failure_of(error) from None


def _file_name(submission: Submission) -> str:
    return f"fiber-{submission.id}.jsonl"


def _what_happened(batch: Batch, unanswered: int, question: Question | None) -> str | None:
    parts: list[str] = [] if batch.status == "completed" else [batch.status]
    parts += sorted({str(error.code) for error in (batch.errors.data or ())} if batch.errors else ())
    if question is None:
        parts.append("nobody asks this any more")
    if unanswered:
        parts.append(f"{unanswered} texts are left to a direct run")
    return "; ".join(parts) or None
