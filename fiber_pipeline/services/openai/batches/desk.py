"""Batch mode: whole batches of feedback are submitted, and analysed once their answers are there.

Knows which questions the settings would have a run ask OpenAI, over all that `api` does for one question, and
which batches of feedback wait for which submissions.
"""

import logging
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from fiber_pipeline.services.failures import ServiceFailure
from fiber_pipeline.services.openai.batches.api import BatchPrices, OpenAIBatches, Submitted
from fiber_pipeline.services.openai.batches.journal import NOBODYS, BatchJournal, Submission, Waiting
from fiber_pipeline.services.openai.endpoints import endpoints_of
from fiber_pipeline.services.openai.from_settings import annotation_services, translation_services
from fiber_pipeline.services.openai.operations import Question
from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.store.protocol import Budget, ResponseStore
from fiber_pipeline.settings import Settings
from fiber_pipeline.themes.taxonomy import Taxonomy

_log = logging.getLogger(__name__)
NAME = "openai"
# OpenAI gives a batch a day. What takes twice that is not waited for any longer; a direct run asks for it.
_LONGEST_WAIT_SECONDS = 2 * 86_400


class BatchDesk:
    """What the settings' batch mode comes to. Uses the first endpoint: batches are not balanced over several."""

    def __init__(self, settings: Settings, taxonomy: Taxonomy, store: ResponseStore, prices: BatchPrices) -> None:
        self._settings = settings
        self._taxonomy = taxonomy
        self.journal = BatchJournal(settings.cache_dir, settings.warehouse_key)
        self._batches = OpenAIBatches(
            endpoints_of(settings)[0],
            self.journal,
            store,
            prices,
            Budget(settings.budget_usd, settings.budget_usd_month),
            items_per_request=settings.openai_items_per_request,
        )

    @cached_property
    def questions(self) -> Mapping[str, Question]:
        """What a run would ask OpenAI first of all, by name; what another engine heads the chain of is not here."""
        asked: dict[str, Question] = {}
        if NAME in (self._settings.chain("sentiment")[0], self._settings.chain("themes")[0]):
            asked["annotate"] = annotation_services(self._settings, self._taxonomy)[0].question
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
            submitted[name] = self._batches.submit(question, [Item(text) for text in texts.get(name, ())])
        awaited = {each.id for one in submitted.values() for each in one.submissions}
        awaited |= {id_ for one in submitted.values() for id_ in one.awaited}
        self.journal.wait(Waiting(batch, uuid.uuid4().hex, tuple(sorted(awaited))))
        return submitted

    def follow(self) -> list[Submission]:
        """Look at what is open and bring in what has ended; return what is still open. Raises ServiceFailure."""
        self._batches.follow()
        self._batches.collect(self.questions.values())
        return [each for each in self.journal.submissions() if each.is_open]

    def ready(self) -> list[Waiting]:
        """The batches that need wait no longer."""
        now = time.time()
        open_ones = {
            each.id
            for each in self.journal.submissions()
            if each.is_open and now - each.created_at < _LONGEST_WAIT_SECONDS
        }
        return [each for each in self.journal.waiting() if not open_ones.intersection(each.submissions)]

    def release(self, tokens: Iterable[str]) -> None:
        """These batches are being analysed."""
        self.journal.forget_waiting(tokens)

    def abandon(self, batch: str) -> int:
        """Keep nothing of what is still being answered for a batch of feedback, which is to be erased.

        OpenAI is asked to stop; what it has answered by then is paid, and deleted there, when it is collected. Returns
        how many submissions that concerns.
        """
        self.release(each.token for each in self.journal.waiting() if each.batch == batch)
        concerned = [each for each in self.journal.submissions() if each.is_open and each.batch == batch]
        for submission in concerned:
            self.journal.change(submission.id, fingerprint=NOBODYS)
            try:
                self._batches.cancel(submission)
            except ServiceFailure as failure:
                # It goes on, and is dropped all the same.
                _log.warning("submission %s could not be cancelled: %s", submission.id, failure)
        return len(concerned)
