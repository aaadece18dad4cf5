"""An Azure AI Language resource as a `Service`: what is asked, and its answers sorted by place."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from fiber_pipeline.services.azure.client import Answer, AzureResource, LanguageClient
from fiber_pipeline.services.azure.failures import error_code
from fiber_pipeline.services.failures import ServiceFailure
from fiber_pipeline.services.operation import Item, Operation
from fiber_pipeline.services.service import Limits, Reply, Unread, Usage

# "latest" is what a resource answers with unless told otherwise; the exact version comes back with every answer.
MODEL = "latest"
# What offsets count (`stringIndexType`), as Python does.
CODE_POINTS = "UnicodeCodePoint"
# Of the synchronous API ("Service limits for Azure Language", learn.microsoft.com). The service counts text elements,
# of which no text has more than code points.
MOST_CHARACTERS = 5_120
# A request may have 1 MB. It is sent as ASCII, where a code point takes up to twelve bytes.
_REQUEST_CHARACTERS = 75_000
_RECORD_CHARACTERS = 1_000
# The service is asked not to keep the texts for its own inspection.
_OF_EVERY_TASK = {"modelVersion": MODEL, "loggingOptOut": True}
# Errors of a document that say nothing about the document.
_PASSING = frozenset({"InternalServerError", "ServiceUnavailable", "Timeout"})

Document = dict[str, str]


class Garbled(Exception):  # noqa: N818 - a state of an answer
    """An answer about a document that is not what the service promises; the message says what is wrong with it."""


@dataclass(frozen=True)
class Task:
    """What is asked of a resource, and how an answer about a document is kept.

    kind, parameters: the task as the API names it. documents: in one request. document: what is sent for an item,
    beside its id. read: what is kept of an answer about an item; raises Garbled.
    """

    operation: Operation
    kind: str
    parameters: Mapping[str, Any]
    documents: int
    document: Callable[[Item], Document]
    read: Callable[[Mapping[str, Any], Item], dict[str, Any]]


class AzureService:
    """One task at one resource."""

    def __init__(self, resource: AzureResource, task: Task) -> None:
        self._resource = resource
        self._task = task
        self._client: LanguageClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def operation(self) -> Operation:
        """What is asked."""
        return self._task.operation

    @property
    def endpoint(self) -> str:
        """The resource's host."""
        return self._resource.host

    @property
    def quota(self) -> str:
        """One for all that is asked of a resource. The service counts every task apart: this is the careful side."""
        return f"azure {self._resource.host}"

    @property
    def limits(self) -> Limits:
        """Of the synchronous API."""
        return Limits(
            items=self._task.documents,
            item_characters=MOST_CHARACTERS,
            request_characters=_REQUEST_CHARACTERS,
            requests_per_minute=self._resource.requests_per_minute,
        )

    def measure(self, items: Sequence[Item]) -> Usage:
        """Text records: a thousand characters begun, for each text. Opinion mining is not charged apart."""
        return Usage(records=sum(max(1, -(-len(item.text) // _RECORD_CHARACTERS)) for item in items))

    async def send(self, items: Sequence[Item], timeout: float) -> Unread:
        """Ask once. Raises ServiceFailure."""
        documents = [{"id": str(place), **self._task.document(item)} for place, item in enumerate(items)]
        answer = await self._connected().analyze(
            self._task.kind, documents, {**_OF_EVERY_TASK, **self._task.parameters}
        )
        return partial(self._sorted, answer, items)

    async def aclose(self) -> None:
        """Close connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    def _connected(self) -> LanguageClient:
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            self._client, self._loop = LanguageClient(self._resource), loop
        return self._client

    def _sorted(self, answer: Answer, items: Sequence[Item]) -> Reply:
        results = answer.body.get("results")
        if not isinstance(results, dict):
            raise ServiceFailure("unavailable", "an answer without results", maybe_paid=True)
        told, repeated = _by_id(results)
        answers: dict[int, Any] = {}
        refused: dict[int, str] = {}
        flawed: dict[int, str] = {}
        model = str(results.get("modelVersion") or MODEL)
        for place, item in enumerate(items):
            document = told.get(str(place))
            if document is None:
                flawed[place] = "missing from the answer"
            elif str(place) in repeated:
                flawed[place] = "answered more than once"
            elif "error" in document:
                code = error_code(document["error"]) or "an error without a code"
                (flawed if code in _PASSING else refused)[place] = code
            else:
                try:
                    answers[place] = {**self._task.read(document, item), "model": model}
                except Garbled as problem:
                    flawed[place] = str(problem)
        return Reply(
            answers, refused, flawed, usage=self._usage(results, items), request_id=answer.request_id, model=model
        )

    def _usage(self, results: Mapping[str, Any], items: Sequence[Item]) -> Usage:
        """What the service says it counted, which leaves out documents it refused; else our own count."""
        statistics = results.get("statistics")
        counted = statistics.get("transactionsCount") if isinstance(statistics, dict) else None
        return Usage(records=counted) if isinstance(counted, int) else self.measure(items)


def _by_id(results: Mapping[str, Any]) -> tuple[dict[str, Mapping[str, Any]], set[str]]:
    """What was said about each document, and the ids that came more than once."""
    told: dict[str, Mapping[str, Any]] = {}
    repeated = set()
    for name in ("documents", "errors"):
        listed = results.get(name)
        for document in listed if isinstance(listed, list) else []:
            identity = document.get("id") if isinstance(document, dict) else None
            if not isinstance(identity, str):
                continue
            if identity in told:
                repeated.add(identity)
            told[identity] = document
    return told, repeated
