"""An Azure AI Language resource as a `Service`: the SDK's client, its failures by kind, its answers by place."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from azure.ai.textanalytics.aio import TextAnalyticsClient
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import AzureError
from azure.core.pipeline import AsyncPipeline, PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import (
    AsyncHTTPPolicy,
    AzureKeyCredentialPolicy,
    SansIOHTTPPolicy,
    UserAgentPolicy,
)
from azure.core.pipeline.transport import AioHttpTransport

from fiber_pipeline.services.addresses import secure_url
from fiber_pipeline.services.azure.failures import error_code, failure_of_status, failure_of_transport
from fiber_pipeline.services.failures import ServiceFailure
from fiber_pipeline.services.operation import Item, Operation
from fiber_pipeline.services.service import Limits, Reply, Usage

API_VERSION = "2023-04-01"
# "latest" is what a resource answers with unless told otherwise; the exact version comes back with every answer.
MODEL = "latest"
# Of the synchronous API ("Service limits for Azure Language", learn.microsoft.com). The service counts text elements,
# of which no text has more than code points.
MOST_CHARACTERS = 5_120
# A request may have 1 MB. The SDK escapes JSON as ASCII, where a code point takes up to twelve bytes.
_REQUEST_CHARACTERS = 75_000
_RECORD_CHARACTERS = 1_000
KEY_HEADER = "Ocp-Apim-Subscription-Key"
_ANSWER = "fiber_pipeline_answer"
# Errors of a document that say nothing about the document.
_PASSING = frozenset({"InternalServerError", "ServiceUnavailable", "Timeout"})

Document = dict[str, str]
Asking = Callable[[TextAnalyticsClient, list[Document], Any], Awaitable[Any]]


class Garbled(Exception):  # noqa: N818 - a state of an answer
    """An answer about a document that is not what the service promises; the message says what is wrong with it."""


@dataclass(frozen=True)
class AzureResource:
    """A Language resource: its address, its key, and the requests a minute its tier allows.

    The default is that of the standard tier; the free tier allows 300. A quota that turns out smaller is kept to.
    Raises ValueError for an address that would send the key in the open.
    """

    endpoint: str
    key: str = field(repr=False)
    requests_per_minute: float = 1_000

    def __post_init__(self) -> None:
        secure_url(self.endpoint)

    @property
    def host(self) -> str:
        """The resource's host, as it stands in `api_calls`."""
        return urlsplit(self.endpoint).netloc


@dataclass(frozen=True)
class Task:
    """What is asked of a resource, and how an answer about a document is kept.

    documents: in one request. document: what is sent for an item, beside its id. ask: the SDK's call; its last argument
    goes to `cls`. read: what is kept of an answer about an item; raises Garbled.
    """

    operation: Operation
    documents: int
    document: Callable[[Item], Document]
    ask: Asking
    read: Callable[[Mapping[str, Any], Item], dict[str, Any]]


class AzureService:
    """One task at one resource."""

    def __init__(self, resource: AzureResource, task: Task) -> None:
        self._resource = resource
        self._task = task
        self._client: TextAnalyticsClient | None = None
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
        """A resource has one quota for all that is asked of it."""
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

    async def send(self, items: Sequence[Item], timeout: float) -> Reply:
        """Ask once. Raises ServiceFailure."""
        documents = [{"id": str(place), **self._task.document(item)} for place, item in enumerate(items)]
        try:
            async with asyncio.timeout(timeout):
                answer: _Answer = await self._task.ask(self._connected(), documents, _take)
        except TimeoutError:
            raise ServiceFailure("timed_out", "no answer in time", maybe_paid=True) from None
        except AzureError as error:
            # Without its cause, whose message can quote the service.
            raise failure_of_transport(error) from None
        return self._sorted(answer, items)

    async def aclose(self) -> None:
        """Close connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    def _connected(self) -> TextAnalyticsClient:
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            self._client, self._loop = _client(self._resource), loop
        return self._client

    def _sorted(self, answer: "_Answer", items: Sequence[Item]) -> Reply:
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


@dataclass(frozen=True)
class _Answer:
    body: Mapping[str, Any]
    request_id: str | None


class _TakeAnswer(AsyncHTTPPolicy[Any, Any]):
    """Reads answers itself and hands the SDK an empty one.

    The SDK's own reading makes an object of every score, which takes more time than all the rest of a request; and
    where a document is missing it fails as a whole.
    """

    async def send(self, request: PipelineRequest[Any]) -> PipelineResponse[Any, Any]:
        response = await self.next.send(request)
        http = response.http_response
        text = http.text()
        if http.status_code != 200:
            raise failure_of_status(http.status_code, http.headers, text)
        try:
            body = json.loads(text)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise ServiceFailure("unavailable", "an answer that is not the service's", status=200, maybe_paid=True)
        response.context[_ANSWER] = _Answer(body, http.headers.get("apim-request-id"))
        response.context["deserialized_data"] = {"kind": body.get("kind")}
        return response


def _take(response: PipelineResponse[Any, Any], _: object, __: object) -> _Answer:
    answer: _Answer = response.context[_ANSWER]
    return answer


def _client(resource: AzureResource) -> TextAnalyticsClient:
    """The SDK's client without its retries, redirects and logging: only the key, and the reading of answers."""
    key = AzureKeyCredential(resource.key)
    policies: list[AsyncHTTPPolicy[Any, Any] | SansIOHTTPPolicy[Any, Any]] = [
        UserAgentPolicy("fiber-pipeline"),
        AzureKeyCredentialPolicy(key, KEY_HEADER),
        _TakeAnswer(),
    ]
    return TextAnalyticsClient(
        resource.endpoint,
        key,
        api_version=API_VERSION,
        pipeline=AsyncPipeline(AioHttpTransport(), policies),
    )
