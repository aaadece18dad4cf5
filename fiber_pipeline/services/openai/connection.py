"""A connection to an endpoint: OpenAI's package says who asks, and what its errors are made of is read here."""

import json
from typing import Any

import httpx2
from openai import AsyncOpenAI

from fiber_pipeline.services.http_connection import HttpAnswer, HttpConnection
from fiber_pipeline.services.openai.endpoints import OpenAIEndpoint
from fiber_pipeline.services.openai.messages import PATHS
from fiber_pipeline.services.openai.trouble import status_failure

# The package asks for a key even where the server does not.
NO_KEY = "none"


class Connection:
    """One endpoint, from within one event loop."""

    def __init__(self, endpoint: OpenAIEndpoint) -> None:
        self._http = HttpConnection(endpoint.base_url + PATHS[endpoint.api], _headers(endpoint))

    async def post(self, body: bytes) -> HttpAnswer:
        """Send a request's JSON and read the answer. Raises ServiceFailure."""
        answer = await self._http.post(body)
        if answer.status >= 300:
            raise status_failure(answer.status, *_named(answer.body), answer.headers)
        return answer

    async def aclose(self) -> None:
        """Close it."""
        await self._http.aclose()


def _headers(endpoint: OpenAIEndpoint) -> dict[str, str]:
    """What the package sends with every request, organisation and project of its own variables included."""
    # Nothing is sent through it; a client of its own would read all certificates for each call of the enricher.
    unused = httpx2.AsyncClient(transport=httpx2.AsyncBaseTransport(), trust_env=False)
    package = AsyncOpenAI(api_key=endpoint.api_key or NO_KEY, base_url=endpoint.base_url, http_client=unused)
    given = {**package.default_headers, **package.auth_headers}
    # What is not to be sent is told by a mark in place of the value.
    return {name: value for name, value in given.items() if isinstance(value, str)}


def _named(body: bytes) -> tuple[str | None, str | None]:
    """Code and type of the error in a body; nothing where a gateway speaks instead of the service."""
    try:
        told: Any = json.loads(body)
    except ValueError:
        return None, None
    error = told.get("error", told) if isinstance(told, dict) else None
    if not isinstance(error, dict):
        return None, None
    code, kind = error.get("code"), error.get("type")
    return code if isinstance(code, str) else None, kind if isinstance(kind, str) else None
