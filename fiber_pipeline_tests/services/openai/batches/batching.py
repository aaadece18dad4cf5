"""Submitting to OpenAI test servers and following it, with a store, a journal and a clock of the test's own."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from fiber_pipeline.services.doubt import Doubt
from fiber_pipeline.services.openai.batches.books import BatchBooks
from fiber_pipeline.services.openai.batches.endpoint import BatchEndpoint
from fiber_pipeline.services.openai.batches.follower import BatchFollower, Followed
from fiber_pipeline.services.openai.batches.journal.opening import open_journal
from fiber_pipeline.services.openai.batches.journal.protocol import BatchJournal, State, Submission
from fiber_pipeline.services.openai.batches.submitter import BatchSubmitter, Submitted
from fiber_pipeline.services.openai.endpoints import OpenAIEndpoint
from fiber_pipeline.services.openai.operations import Question
from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.prices import Prices
from fiber_pipeline.services.store.opening import open_store
from fiber_pipeline.services.store.protocol import Budget, ResponseStore
from fiber_pipeline_tests.servers.openai_server import OpenAIServer
from fiber_pipeline_tests.services.openai.asking import annotation_question

TEXTS = [f"El internet {number} se corta y es caro" for number in range(25)]
QUESTION = annotation_question()
KEYS = [QUESTION.operation.key(Item(text)) for text in TEXTS]


@dataclass
class Clock:
    """The time, or one ahead of it."""

    ahead: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass
class Batching:
    """A process that submits and follows."""

    store: ResponseStore
    journal: BatchJournal
    submitter: BatchSubmitter
    follower: BatchFollower
    clock: Clock

    def submit(self, texts: Sequence[str], question: Question = QUESTION) -> Submitted:
        return self.submitter.submit(question, [Item(text) for text in texts])

    def follow(self, times: int = 1) -> Followed:
        for _ in range(times - 1):
            self.follower.follow()
        return self.follower.follow()

    def finish(self) -> list[Submission]:
        """Look until nothing is open; what was collected."""
        collected: list[Submission] = []
        for _ in range(6):
            followed = self.follow()
            collected += followed.collected
            if not followed.open:
                return collected
        raise AssertionError(f"still open: {followed.open}, {followed.problems}")

    def states(self) -> list[State]:
        return [each.state for each in self.journal.submissions()]


@contextmanager
def batching(
    folder: Path,
    *endpoints: OpenAIEndpoint,
    cache_url: str | None = None,
    budget: Budget | None = None,
    questions: Sequence[Question] = (QUESTION,),
    requests_per_batch: int = 2,
    clock: Callable[[], float] | None = None,
    doubts: Mapping[str, Doubt] = MappingProxyType({}),
) -> Iterator[Batching]:
    """Submissions are of two requests of ten texts, or fewer, so that few texts make several."""
    ahead = Clock()
    reached = [BatchEndpoint(endpoint) for endpoint in endpoints]
    with closing(open_store(cache_url, folder)) as store, closing(open_journal(cache_url, folder)) as journal:
        books = BatchBooks(journal, store, Prices(), clock or ahead)
        submitter = BatchSubmitter(reached, books, budget or Budget(), requests_per_batch=requests_per_batch)
        yield Batching(store, journal, submitter, BatchFollower(reached, books, questions, doubts), ahead)


def sent_to(*servers: OpenAIServer) -> Counter[str]:
    """How often each text is asked about in batches that were created."""
    counts: Counter[str] = Counter()
    for server in servers:
        for batch in server.batches.batches.values():
            for line in server.batches.inputs[batch["input_file_id"]].splitlines():
                messages = json.loads(line)["body"]["messages"]
                counts.update(told["text"] for told in json.loads(messages[-1]["content"]))
    return counts
