"""What becomes of submissions, in the books and in the journal.

In that order: a process that dies in between finds the submission unfinished and says the same again, which changes
nothing.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from openai.types import Batch

from fiber_pipeline.services.openai.batches.journal.protocol import MISLAID, BatchJournal, Submission
from fiber_pipeline.services.openai.operations import PROVIDER
from fiber_pipeline.services.service import Usage
from fiber_pipeline.services.store.errors import StoreError
from fiber_pipeline.services.store.protocol import Budget, Intent, Kept, ResponseStore, Settlement

_log = logging.getLogger(__name__)
_ENDED = frozenset(("completed", "failed", "expired", "cancelled"))


class BatchPrices(Protocol):
    """What knows what usage costs through the Batch API."""

    def cost(self, provider: str, model: str, operation: str, usage: Usage, *, batch_api: bool = False) -> float:
        """US dollars. Raises UnknownPrice."""


@dataclass(frozen=True)
class BatchBooks:
    """The journal, the store with its books, and the prices. clock: seconds since 1970."""

    journal: BatchJournal
    store: ResponseStore
    prices: BatchPrices
    clock: Callable[[], float] = time.time

    def cost(self, provider: str, model: str, operation: str, usage: Usage) -> float:
        """US dollars at the Batch API's price; the price list that plans go by. Raises UnknownPrice."""
        return self.prices.cost(provider, model, operation, usage, batch_api=True)

    def note(self, submission: Submission, endpoint: str, batch: Batch) -> Submission:
        """Write down how OpenAI says it stands. endpoint: the name of the one that has it."""
        counts = batch.request_counts
        noted = replace(
            submission,
            state="ended" if batch.status in _ENDED else "submitted",
            endpoint=endpoint,
            remote_id=batch.id,
            remote_status=batch.status,
            input_file=batch.input_file_id,
            completed=counts.completed if counts else submission.completed,
        )
        self._change(submission, noted)
        return noted

    def mislay(self, submission: Submission) -> Submission:
        """Write down that OpenAI does not find it, as far as this process can ask."""
        mislaid = replace(submission, remote_status=MISLAID)
        self._change(submission, mislaid)
        return mislaid

    def settle(self, submission: Submission, settlement: Settlement, kept: Sequence[Kept], answered: int) -> Submission:
        """Keep its answers, and what else is to be kept of it, and write down what it cost. answered: texts."""
        self._settle(submission, settlement, kept)
        unknown = settlement.status == "unknown"
        settled = replace(
            submission,
            state="settled",
            answered=answered,
            cost_usd=submission.reserved_usd if unknown else settlement.cost_usd,
            detail=settlement.detail,
        )
        self._change(submission, settled)
        return settled

    def tidied(self, submission: Submission, detail: str | None) -> Submission:
        """Write down that nothing of it is left at OpenAI, or none that can be reached."""
        done = replace(submission, state="collected", detail=detail)
        self._change(submission, done)
        return done

    def void(self, submission: Submission, reason: str) -> Submission:
        """Give a submission up that OpenAI does not have, and free what was reserved for it."""
        self._settle(submission, Settlement("failed", Usage(), 0.0, 0.0, detail=reason))
        return self._lose(submission, 0.0, reason)

    def miss(self, submission: Submission, reason: str) -> Submission:
        """Give a submission up that OpenAI had, and whose answers nobody can get: it may have been paid for."""
        self._settle(submission, Settlement("unknown", Usage(), submission.reserved_usd, 0.0, detail=reason))
        return self._lose(submission, submission.reserved_usd, reason)

    def _lose(self, submission: Submission, cost_usd: float, reason: str) -> Submission:
        lost = replace(submission, state="lost", cost_usd=cost_usd, detail=reason)
        if self._change(submission, lost):
            _log.warning("submission %s (%s): %s", submission.id, submission.operation, reason)
        return lost

    def _change(self, before: Submission, after: Submission) -> bool:
        """Write down what has changed; whether another process had not gone further already."""
        then, now = asdict(before), asdict(after)
        changed = {name: value for name, value in now.items() if value != then[name]}
        return not changed or self.journal.change(after.id, **changed)

    def _settle(self, submission: Submission, settlement: Settlement, kept: Sequence[Kept] = ()) -> None:
        """Settle it once, however often it is said.

        Books that know nothing of it (another store was set meanwhile) are told what was sent, so that what was paid
        for is kept and counted.
        """
        try:
            self.store.settle(submission.call_id, settlement, kept)
        except StoreError:
            status = self._status(submission)
            if status == "open":
                raise
            if status is None and settlement.status != "failed":
                self.store.intend(_intent(submission), Budget())
                self.store.settle(submission.call_id, settlement, kept)

    def _status(self, submission: Submission) -> str | None:
        """How its call stands in the books, None if it is not there."""
        since = datetime.fromtimestamp(submission.created_at - 60, UTC)
        calls = self.store.calls(since)
        return next((str(call["status"]) for call in calls if call["call_id"] == submission.call_id), None)


def _intent(submission: Submission) -> Intent:
    return Intent(
        call_id=submission.call_id,
        called_at=datetime.fromtimestamp(submission.created_at, UTC),
        run_id=None,
        batch=submission.batch,
        provider=PROVIDER,
        endpoint=submission.endpoint,
        operation=submission.operation,
        model=submission.model,
        prompt_version=submission.prompt_version,
        # What was asked is known by digests alone, and the books count it only.
        keys=("",) * submission.items,
        reserved_usd=submission.reserved_usd,
    )
