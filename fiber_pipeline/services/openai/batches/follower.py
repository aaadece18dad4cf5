"""Following what has been submitted: look, collect, tidy up, and stop."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType

from openai.types import Batch

from fiber_pipeline.services.doubt import Doubt, marks
from fiber_pipeline.services.failures import ServiceFailure, UnknownPrice
from fiber_pipeline.services.openai.batches.books import BatchBooks
from fiber_pipeline.services.openai.batches.endpoint import KEPT_SECONDS, VOID_SECONDS, BatchEndpoint
from fiber_pipeline.services.openai.batches.files import Results, read_results
from fiber_pipeline.services.openai.batches.journal.protocol import MISLAID, NOBODYS, OPEN, State, Submission
from fiber_pipeline.services.openai.operations import PROVIDER, Question
from fiber_pipeline.services.operation import text_hash
from fiber_pipeline.services.retries import describe_failure
from fiber_pipeline.services.service import Usage
from fiber_pipeline.services.store.answers import write_answer
from fiber_pipeline.services.store.protocol import Kept, Settlement, Status

_STOPPABLE = frozenset(("validating", "in_progress", "finalizing"))
# OpenAI gives a batch a day. What takes twice that is not waited for any longer; a direct run asks for it.
_LONGEST_WAIT_SECONDS = 2 * 86_400


@dataclass(frozen=True)
class Followed:
    """What a look at everything unfinished came to.

    collected: what was brought in. open: what answers may still come of.
    problems: what could not be asked or settled, and is tried again at the next look.
    """

    collected: tuple[Submission, ...]
    open: tuple[Submission, ...]
    problems: tuple[str, ...]


class BatchFollower:
    """Follows submissions at the endpoints that the settings name.

    questions: as they are asked now. What was asked otherwise is collected once nobody waits for it, in case the
    settings of this process alone are others; its answers are then paid and of no use.
    doubts: who doubts answers, by the question's name; a direct run asks about their texts again, alone.
    """

    def __init__(
        self,
        endpoints: Iterable[BatchEndpoint],
        books: BatchBooks,
        questions: Iterable[Question],
        doubts: Mapping[str, Doubt] = MappingProxyType({}),
    ) -> None:
        self._doubts = doubts
        self._endpoints = {endpoint.name: endpoint for endpoint in endpoints}
        self._books = books
        self._questions = {question.operation.fingerprint: question for question in questions}

    def follow(self) -> Followed:
        """Look at everything unfinished, and bring in what has ended: answers into the store, costs into the books."""
        problems: dict[str, str] = {}
        after = self._for_each(OPEN, self._advance, problems)
        self._for_each(("settled",), self._tidy, problems)
        return Followed(
            tuple(each for each in after if each.state == "settled"),
            tuple(self._books.journal.submissions(*OPEN)),
            tuple(problems.values()),
        )

    def cancel(self, submission: Submission) -> Submission:
        """Ask OpenAI to stop; what it has answered by then is collected, and paid, as ever.

        Returns the submission as it then is: unchanged if it has ended, if OpenAI does not know it yet, or if its
        endpoint is not there to be asked. Raises ServiceFailure.
        """
        found = self._find(submission) if submission.is_open else None
        if found is None:
            return submission
        endpoint, batch = found
        if batch.status in _STOPPABLE:
            batch = endpoint.cancel(batch.id) or batch
        return self._books.note(submission, endpoint.name, batch)

    def why_not_awaited(self, submission: Submission) -> str | None:
        """Why nobody should wait for an open submission; None if it is worth waiting for."""
        if submission.endpoint not in self._endpoints:
            return f"its endpoint {submission.endpoint} is no longer in the settings"
        if submission.fingerprint == NOBODYS:
            return "its batch was forgotten"
        if submission.fingerprint not in self._questions:
            return "the settings ask otherwise now"
        if submission.remote_status == MISLAID:
            return "OpenAI does not find it"
        if self._age(submission) > _LONGEST_WAIT_SECONDS:
            return f"not answered within {_LONGEST_WAIT_SECONDS // 3600} hours"
        return None

    def _for_each(
        self, states: Sequence[State], step: Callable[[Submission], Submission], problems: dict[str, str]
    ) -> list[Submission]:
        """Take a step with every submission in these states, and return them as they then are.

        problems: by what has them; more are added. An endpoint that cannot be asked is asked no more of this look.
        """
        done = []
        for submission in self._books.journal.submissions(*states):
            if submission.endpoint in problems:
                continue
            try:
                done.append(step(submission))
            except ServiceFailure as failure:
                told = f"{submission.endpoint} could not be asked: {describe_failure(failure)}"
                problems[submission.endpoint] = told
            except UnknownPrice as problem:
                problems[submission.id] = f"submission {submission.id} cannot be settled: {problem}"
        return done

    def _advance(self, submission: Submission) -> Submission:
        """Take an open submission as far as it goes now. Raises ServiceFailure, UnknownPrice."""
        found = self._find(submission)
        if found is None:
            return self._not_found(submission)
        endpoint, batch = found
        noted = self._books.note(submission, endpoint.name, batch)
        if noted.state != "ended" or self._is_awaiting_its_question(noted):
            return noted
        return self._collect(noted, endpoint, batch)

    def _tidy(self, submission: Submission) -> Submission:
        """Delete a settled submission's files. Raises ServiceFailure."""
        detail = submission.detail
        if (found := self._find(submission)) is not None:
            endpoint, batch = found
            endpoint.tidy(batch)
        elif submission.endpoint not in self._endpoints:
            detail = f"its files are left at {submission.endpoint}, which is no longer in the settings"
        return self._books.tidied(submission, detail)

    def _find(self, submission: Submission) -> tuple[BatchEndpoint, Batch] | None:
        """A submission's batch and who has it: its endpoint or, under a name that it has got since, another."""
        own = self._endpoints.get(submission.endpoint)
        if own is not None and (batch := own.look(submission)) is not None:
            return own, batch
        if own is not None and submission.remote_id is None:
            return None
        for other in self._endpoints.values():
            try:
                batch = other.look(submission) if other is not own else None
            except ServiceFailure as failure:
                if failure.kind != "denied":
                    # Whether it is there is not known, so that nothing can be concluded.
                    raise ServiceFailure(failure.kind, f"{failure} of {other.name}") from None
                continue
            if batch is not None:
                return other, batch
        return None

    def _not_found(self, submission: Submission) -> Submission:
        """What becomes of an open submission that no endpoint has."""
        if submission.endpoint not in self._endpoints:
            # The settings may name it again. Once its files are gone, nobody could collect it.
            if self._age(submission) < KEPT_SECONDS:
                return submission
            return self._books.miss(submission, f"{submission.endpoint} was taken out of the settings")
        if submission.state != "intended":
            # Another process may have the key of the account that has it.
            is_late = self._age(submission) > _LONGEST_WAIT_SECONDS
            return (
                self._books.miss(submission, "OpenAI no longer has it") if is_late else self._books.mislay(submission)
            )
        if self._age(submission) < VOID_SECONDS:
            return submission
        voided = self._books.void(submission, "it never reached OpenAI")
        with suppress(ServiceFailure):
            # Uploaded, perhaps, and of no use; it goes by itself if it cannot be deleted now.
            self._endpoints[submission.endpoint].tidy_upload(submission)
        return voided

    def _collect(self, submission: Submission, endpoint: BatchEndpoint, batch: Batch) -> Submission:
        question = self._questions.get(submission.fingerprint)
        output, errors = endpoint.download(batch.output_file_id), endpoint.download(batch.error_file_id)
        # Only results make it necessary to know what was asked.
        sent = endpoint.download(batch.input_file_id) if output or errors else b""
        if output is None or errors is None or sent is None:
            return self._books.miss(submission, "OpenAI no longer has its files")
        results = read_results(question, sent, output, errors, self._doubts.get(submission.operation))
        kept = []
        if question is not None:
            operation = question.operation
            kept = [
                Kept(operation.key(item), text_hash(item.text), write_answer(answer))
                for item, answer in results.answers
            ]
        answered = len(kept)
        if question is not None:
            kept += marks([question.operation.key(item) for item in results.doubted], results.doubted)
        status: Status = "answered" if output or results.usage != Usage() else "failed"
        settlement = Settlement(
            # What nobody can read may have cost all that was reserved.
            status="unknown" if results.unread else status,
            usage=results.usage,
            cost_usd=self._books.cost(PROVIDER, submission.model, submission.operation, results.usage),
            latency_ms=(self._books.clock() - submission.created_at) * 1000,
            request_id=batch.id,
            detail=_what_happened(batch, results, submission.items - answered, is_asked=question is not None),
        )
        return self._books.settle(submission, settlement, kept, answered)

    def _is_awaiting_its_question(self, submission: Submission) -> bool:
        """Whether it was asked otherwise than this process would, which another one may know better."""
        is_unknown = submission.fingerprint not in self._questions and submission.fingerprint != NOBODYS
        return is_unknown and self._age(submission) <= _LONGEST_WAIT_SECONDS

    def _age(self, submission: Submission) -> float:
        return self._books.clock() - submission.created_at


def _what_happened(batch: Batch, results: Results, unanswered: int, *, is_asked: bool) -> str | None:
    parts: list[str] = [] if batch.status == "completed" else [batch.status]
    parts += sorted({str(error.code) for error in (batch.errors.data or ())} if batch.errors else ())
    if results.unread:
        parts.append(f"{results.unread} results cannot be read, so that all that was reserved counts as spent")
    if not is_asked:
        parts.append("nobody asks this any more")
    if results.doubted:
        parts.append(f"{len(results.doubted)} texts are asked about again alone, since their answers are doubted")
    if unanswered:
        parts.append(f"{unanswered} texts are left to a direct run")
    return "; ".join(parts) or None
