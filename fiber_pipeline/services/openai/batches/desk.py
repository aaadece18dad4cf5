"""Batch mode: whole batches of feedback are submitted, and analysed once their answers are there.

Knows which questions the settings would have a run ask OpenAI, over all that submitting and following do for one
question, and which batches of feedback wait for which submissions.
"""

import logging
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from fiber_pipeline.services.doubt import Doubt
from fiber_pipeline.services.failures import ServiceFailure
from fiber_pipeline.services.openai.batches.books import BatchBooks, BatchPrices
from fiber_pipeline.services.openai.batches.endpoint import KEPT_SECONDS, BatchEndpoint
from fiber_pipeline.services.openai.batches.follower import BatchFollower, Followed
from fiber_pipeline.services.openai.batches.journal.opening import open_journal
from fiber_pipeline.services.openai.batches.journal.protocol import NOBODYS, OPEN, Submission, Waiting
from fiber_pipeline.services.openai.batches.submitter import BatchSubmitter, Submitted
from fiber_pipeline.services.openai.endpoints import endpoints_of, is_configured
from fiber_pipeline.services.openai.from_settings import annotation_services, translation_services
from fiber_pipeline.services.openai.operations import Question
from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.store.protocol import Budget, ResponseStore
from fiber_pipeline.settings import Settings

_log = logging.getLogger(__name__)
NAME = "openai"


@dataclass(frozen=True)
class Ready:
    """A batch of feedback that need wait no longer. notes: what its analysis has to ask directly, and why."""

    waiting: Waiting
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Look(Followed):
    """What a look at everything came to. ready: the batches of feedback that may be analysed."""

    ready: tuple[Ready, ...]


class BatchDesk:
    """What the settings' batch mode comes to, over all endpoints that the settings name."""

    def __init__(
        self,
        settings: Settings,
        themes: Mapping[str, str],
        store: ResponseStore,
        prices: BatchPrices,
        clock: Callable[[], float] = time.time,
        doubts: Mapping[str, Doubt] = MappingProxyType({}),
    ) -> None:
        """themes: as in `annotate`. clock: seconds since 1970. doubts: as of `BatchFollower`.

        Raises StoreError if the journal cannot be opened.
        """
        self._settings = settings
        self._themes = themes
        self._clock = clock
        self.journal = open_journal(settings.cache_url, settings.cache_dir, settings.warehouse_key)
        listed = endpoints_of(settings) if is_configured(settings) else ()
        endpoints = [BatchEndpoint(endpoint) for endpoint in listed]
        books = BatchBooks(self.journal, store, prices, clock)
        self._submitter = BatchSubmitter(
            endpoints,
            books,
            Budget(settings.budget_usd, settings.budget_usd_month),
            items_per_request=settings.openai_items_per_request,
        )
        self._follower = BatchFollower(endpoints, books, self.questions.values(), doubts)

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        """What a run would ask OpenAI first of all, by name; what another engine heads the chain of is not here."""
        asked: dict[str, Question] = {}
        if NAME in (self._settings.chain("sentiment")[0], self._settings.chain("themes")[0]):
            asked["annotate"] = annotation_services(self._settings, self._themes)[0].question
        if self._settings.chain("translation")[0] == NAME:
            services = translation_services(self._settings, with_english=self._settings.english)
            asked["translate"] = services[0].question
        return asked

    def submit(self, batch: str, texts: Mapping[str, Sequence[str]]) -> dict[str, Submitted]:
        """Submit a batch of feedback, and have it wait for what it needs, submitted now or before.

        texts: by question, redacted. Raises UnknownPrice before anything of a question is sent.
        """
        submitted: dict[str, Submitted] = {}
        for name, question in self.questions.items():
            submitted[name] = self._submitter.submit(question, [Item(text) for text in texts.get(name, ())])
        awaited = {each.id for one in submitted.values() for each in one.submissions}
        awaited |= {id_ for one in submitted.values() for id_ in one.awaited}
        held_back = dict.fromkeys(one.held_back for one in submitted.values() if one.held_back is not None)
        self.journal.wait(
            Waiting(batch, uuid.uuid4().hex, tuple(sorted(awaited)), self._clock(), "; ".join(held_back) or None)
        )
        return submitted

    def follow(self) -> Look:
        """Look at what is unfinished, bring in what has ended, and tell which batches need wait no longer."""
        followed = self._follower.follow()
        return Look(followed.collected, followed.open, followed.problems, self._ready())

    def why_not_awaited(self, submission: Submission) -> str | None:
        """Why nobody waits for an open submission; None if the batches that need it do."""
        return self._follower.why_not_awaited(submission)

    def cancel(self, submission: Submission) -> Submission:
        """Ask OpenAI to stop; see `BatchFollower.cancel`. Raises ServiceFailure."""
        return self._follower.cancel(submission)

    def release(self, tokens: Iterable[str]) -> None:
        """These batches are being analysed."""
        self.journal.forget_waiting(tokens)

    def abandon(self, batch: str) -> int:
        """Keep nothing of what is still being answered for a batch of feedback, which is to be erased.

        OpenAI is asked to stop; what it has answered by then is paid, and deleted there, when it is collected. Returns
        how many submissions that concerns.
        """
        self.release(each.token for each in self.journal.waiting() if each.batch == batch)
        concerned = [each for each in self.journal.submissions(*OPEN) if each.batch == batch]
        for submission in concerned:
            self.journal.change(submission.id, fingerprint=NOBODYS)
            try:
                self.cancel(submission)
            except ServiceFailure as failure:
                # It goes on, and is dropped all the same.
                _log.warning("submission %s could not be cancelled: %s", submission.id, failure)
        return len(concerned)

    def close(self) -> None:
        """Close the journal; the store is its owner's."""
        self.journal.close()

    def _ready(self) -> tuple[Ready, ...]:
        waiting = self.journal.waiting()
        # What a batch waits for was submitted before it, and is no older than what OpenAI keeps.
        since = min((each.since for each in waiting), default=self._clock()) - KEPT_SECONDS
        submissions = {each.id: each for each in self.journal.submissions(since=since)}
        ready = []
        for each in waiting:
            needed = [one for id_, one in submissions.items() if id_ in each.submissions]
            if any(one.is_open and self.why_not_awaited(one) is None for one in needed):
                continue
            told = {one.id: self.why_not_awaited(one) if one.is_open else one.detail for one in needed}
            notes = [f"{one.operation}: {told[one.id]}" for one in needed if told[one.id] is not None]
            ready.append(Ready(each, (*([each.held_back] if each.held_back else []), *notes)))
        return tuple(ready)
