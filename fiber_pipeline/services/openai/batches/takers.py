"""Which endpoint takes the next submission: the one with the least to do, of those that have a Batch API."""

from collections import Counter
from collections.abc import Sequence

from fiber_pipeline.services.failures import ServiceFailure
from fiber_pipeline.services.openai.batches.endpoint import BatchEndpoint, NoBatchApi
from fiber_pipeline.services.openai.batches.journal.protocol import OPEN, BatchJournal
from fiber_pipeline.services.retries import describe_failure

# An endpoint may get a Batch API one day; asking again costs a request.
_REMEMBERED_SECONDS = 86_400


class NobodyTakesIt(Exception):  # noqa: N818 - a state of the services, not a mistake
    """No endpoint takes a submission; the message says why of each."""


class Takers:
    """The endpoints as they are while texts are submitted. Belongs to one call.

    An endpoint without a Batch API is remembered in the journal, one that fails otherwise gets nothing more of this
    call.
    """

    def __init__(self, endpoints: Sequence[BatchEndpoint], journal: BatchJournal, now: float) -> None:
        """now: seconds since 1970."""
        self._journal = journal
        self._now = now
        self._busy = Counter[str]()
        for submission in journal.submissions(*OPEN):
            self._busy[submission.endpoint] += submission.requests
        noted = journal.no_batch_api()
        self._refusals: dict[str, str] = {}
        self._open: list[BatchEndpoint] = []
        for endpoint in endpoints:
            if now - noted.get(endpoint.address, 0.0) < _REMEMBERED_SECONDS:
                self._refusals[endpoint.name] = "has no Batch API"
            else:
                self._open.append(endpoint)

    def next(self) -> BatchEndpoint:
        """The one to send to. Raises NobodyTakesIt."""
        if not self._open:
            told = "; ".join(f"{name}: {why}" for name, why in self._refusals.items())
            raise NobodyTakesIt(f"no endpoint takes batches ({told})")
        return min(self._open, key=lambda endpoint: self._busy[endpoint.name])

    def took(self, endpoint: BatchEndpoint, requests: int) -> None:
        """It has this many requests more to do."""
        self._busy[endpoint.name] += requests

    def failed(self, endpoint: BatchEndpoint, failure: ServiceFailure) -> None:
        """It did not take what it was sent."""
        self._open.remove(endpoint)
        if isinstance(failure, NoBatchApi):
            self._refusals[endpoint.name] = str(failure)
            self._journal.note_no_batch_api(endpoint.address, self._now)
        else:
            self._refusals[endpoint.name] = describe_failure(failure)
