"""A client of a Language resource: Microsoft's package says who asks, and answers are read as they come.

The package's typed methods make an object of every document and of every score, which takes more CPU than all the rest
of a request, and fail as a whole where one document is missing from an answer. Retries, redirects and logging, which
it would do besides, are left out: who calls does the first, and the last would hold what was sent.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from azure.ai.textanalytics import TextAnalyticsApiVersion
from azure.core.credentials import AzureKeyCredential
from azure.core.pipeline import PipelineContext, PipelineRequest
from azure.core.pipeline.policies import AzureKeyCredentialPolicy, UserAgentPolicy
from azure.core.rest import HttpRequest

from fiber_pipeline.services.azure.failures import failure_of_status
from fiber_pipeline.services.failures import ServiceFailure
from fiber_pipeline.services.http_connection import HttpConnection
from fiber_pipeline.text.addresses import host_of

API_VERSION = TextAnalyticsApiVersion.V2023_04_01.value
_KEY_HEADER = "Ocp-Apim-Subscription-Key"
_HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}
_ASKED = {"api-version": API_VERSION, "showStats": "true"}


@dataclass(frozen=True)
class AzureResource:
    """A Language resource: its address, its key, and the requests a minute its tier allows.

    The default is that of the standard tier; the free tier allows 300. A quota that turns out smaller is kept to.
    Addresses that would send the key in the open are refused by the settings.
    """

    endpoint: str
    key: str = field(repr=False)
    requests_per_minute: float = 1_000

    @property
    def host(self) -> str:
        """The resource's host, as it stands in `api_calls`."""
        return host_of(self.endpoint)


@dataclass(frozen=True)
class Answer:
    """The body of an answer, and the service's name for the request."""

    body: Mapping[str, Any]
    request_id: str | None


class LanguageClient:
    """One resource, from within one event loop."""

    def __init__(self, resource: AzureResource) -> None:
        address = f"{resource.endpoint.rstrip('/')}/language/:analyze-text?{urlencode(_ASKED)}"
        self._http = HttpConnection(address, _headers(resource))

    async def analyze(
        self, kind: str, documents: Sequence[Mapping[str, str]], parameters: Mapping[str, Any] | None = None
    ) -> Answer:
        """Ask once, without retries.

        kind, parameters: of the task, as the API names them. documents: each with an `id` of its own.
        Raises ServiceFailure.
        """
        asked = {"kind": kind, "analysisInput": {"documents": documents}, "parameters": parameters or {}}
        answer = await self._http.post(json.dumps(asked).encode())
        if answer.status != 200:
            raise failure_of_status(answer.status, answer.headers, answer.body.decode("utf-8", "replace"))
        return Answer(_read(answer.body), answer.headers.get("apim-request-id"))

    async def close(self) -> None:
        """Close connections."""
        await self._http.aclose()


def _headers(resource: AzureResource) -> dict[str, str]:
    """What the package sends with every request."""
    request = HttpRequest("POST", resource.endpoint, headers=_HEADERS)
    policies = (
        UserAgentPolicy("fiber-pipeline"),
        AzureKeyCredentialPolicy(AzureKeyCredential(resource.key), _KEY_HEADER),
    )
    for policy in policies:
        policy.on_request(PipelineRequest(request, PipelineContext(None)))
    return dict(request.headers)


def _read(content: bytes) -> Mapping[str, Any]:
    try:
        body = json.loads(content)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise ServiceFailure("unavailable", "an answer that is not the service's", status=200, maybe_paid=True)
    return body
