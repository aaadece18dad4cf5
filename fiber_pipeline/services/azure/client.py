"""Microsoft's client for a Language resource, asked and read as JSON.

The package keeps the address, the key, the transport and its errors. Its typed methods make an object of every document
and of every score, which takes more CPU than all the rest of a request, and fail as a whole where one document is
missing from an answer; so requests go through its pipeline as they stand, and who calls reads the answers. Retries,
redirects and logging are left out of the pipeline: who calls does the first, and the last would hold what was sent.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from azure.ai.textanalytics import TextAnalyticsApiVersion
from azure.ai.textanalytics.aio import TextAnalyticsClient
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import AzureError
from azure.core.pipeline import AsyncPipeline
from azure.core.pipeline.policies import AzureKeyCredentialPolicy, SansIOHTTPPolicy, UserAgentPolicy
from azure.core.pipeline.transport import AioHttpTransport
from azure.core.rest import AsyncHttpResponse, HttpRequest

from fiber_pipeline.services.addresses import secure_url
from fiber_pipeline.services.azure.failures import failure_of_status, failure_of_transport
from fiber_pipeline.services.failures import ServiceFailure

API_VERSION = TextAnalyticsApiVersion.V2023_04_01.value
_KEY_HEADER = "Ocp-Apim-Subscription-Key"
_HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}
_ASKED = {"api-version": API_VERSION, "showStats": "true"}


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
class Answer:
    """The body of an answer, and the service's name for the request."""

    body: Mapping[str, Any]
    request_id: str | None


class LanguageClient(TextAnalyticsClient):
    """The package's client for a resource, bound to the running event loop."""

    def __init__(self, resource: AzureResource) -> None:
        key = AzureKeyCredential(resource.key)
        policies: list[SansIOHTTPPolicy[Any, Any]] = [
            UserAgentPolicy("fiber-pipeline"),
            AzureKeyCredentialPolicy(key, _KEY_HEADER),
        ]
        # Told to heed the environment, aiohttp reads it twice a request, each time in a thread. How long an answer may
        # take, who calls decides; a timer of the transport's own would be set anew at every piece of an answer.
        transport = AioHttpTransport(use_env_settings=_is_behind_proxy(resource.endpoint), read_timeout=None)
        super().__init__(resource.endpoint, key, api_version=API_VERSION, pipeline=AsyncPipeline(transport, policies))
        self._address = f"{resource.endpoint.rstrip('/')}/language/:analyze-text"

    async def analyze(
        self, kind: str, documents: Sequence[Mapping[str, str]], parameters: Mapping[str, Any] | None = None
    ) -> Answer:
        """Ask once, without retries.

        kind, parameters: of the task, as the API names them. documents: each with an `id` of its own.
        Raises ServiceFailure.
        """
        asked = {"kind": kind, "analysisInput": {"documents": documents}, "parameters": parameters or {}}
        content = json.dumps(asked).encode()
        request = HttpRequest("POST", self._address, params=_ASKED, headers=_HEADERS, content=content)
        try:
            # The pipeline client that the package's own methods send through.
            response: AsyncHttpResponse = await self._client._client.send_request(request)
        except AzureError as error:
            # Without its cause, whose message can quote the service.
            raise failure_of_transport(error) from None
        if response.status_code != 200:
            body = response.content.decode("utf-8", "replace")
            raise failure_of_status(response.status_code, response.headers, body)
        return Answer(_read(response.content), response.headers.get("apim-request-id"))


def _read(content: bytes) -> Mapping[str, Any]:
    try:
        body = json.loads(content)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise ServiceFailure("unavailable", "an answer that is not the service's", status=200, maybe_paid=True)
    return body


def _is_behind_proxy(endpoint: str) -> bool:
    """Whether the environment (`HTTPS_PROXY`, `NO_PROXY`) puts a proxy before the resource."""
    parts = urlsplit(endpoint)
    return parts.scheme in getproxies() and not proxy_bypass(parts.hostname or "")
