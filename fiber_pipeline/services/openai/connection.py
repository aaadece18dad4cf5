"""A connection to an endpoint: OpenAI's package says who asks, aiohttp carries it.

What the package does for each request besides (options copied, URLs and headers merged, responses wrapped) takes more
than half of what a request costs here, and none of it differs from one request to the next. Its headers, those that
authorise too, are taken once; what its errors are made of is read from the answer.
"""

import json
import ssl
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import aiohttp
import httpx2
import yarl
from multidict import CIMultiDict
from openai import AsyncOpenAI

from fiber_pipeline.services.openai.endpoints import OpenAIEndpoint
from fiber_pipeline.services.openai.messages import PATHS
from fiber_pipeline.services.openai.trouble import broken_connection, status_failure

_CONNECT_SECONDS = 5.0
# Shorter than servers keep idle connections, so that none is used that is just being closed.
_IDLE_SECONDS = 5.0
# The package asks for a key even where the server does not.
NO_KEY = "none"


@dataclass(frozen=True)
class Answer:
    """A body, read whole, and the headers before it."""

    body: bytes
    headers: Mapping[str, str]


class Connection:
    """One endpoint, from within one event loop. Follows no redirects, keeps no cookies, does not retry.

    A proxy is used where the environment names one, as by every program (`HTTPS_PROXY`, `NO_PROXY`).
    """

    def __init__(self, endpoint: OpenAIEndpoint) -> None:
        self._url = yarl.URL(endpoint.base_url + PATHS[endpoint.api], encoded=True)
        self._proxy = _proxy_for(endpoint.base_url)
        self._session = aiohttp.ClientSession(
            # How many requests there are at once is bounded by who asks.
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_IDLE_SECONDS, ssl=_trusted()),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS),
            headers=_headers(endpoint),
        )

    async def post(self, body: bytes) -> Answer:
        """Send a request's JSON and read the answer. Raises ServiceFailure; leaves how long to wait to who asks."""
        try:
            async with self._session.post(self._url, data=body, proxy=self._proxy, allow_redirects=False) as response:
                content = await response.read()
        except (aiohttp.ClientError, OSError) as error:
            raise broken_connection(error) from None
        if response.status >= 300:
            raise status_failure(response.status, *_named(content), response.headers)
        return Answer(content, response.headers)

    async def aclose(self) -> None:
        """Close it."""
        await self._session.close()


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates that the package trusts, which are the same on every machine; read once, which takes a while."""
    return httpx2.create_ssl_context()


def _headers(endpoint: OpenAIEndpoint) -> CIMultiDict[str]:
    """What the package sends with every request, organisation and project of its own variables included."""
    # Nothing is sent through it; a client of its own would read all certificates for each call of the enricher.
    unused = httpx2.AsyncClient(transport=httpx2.AsyncBaseTransport(), trust_env=False)
    package = AsyncOpenAI(api_key=endpoint.api_key or NO_KEY, base_url=endpoint.base_url, http_client=unused)
    given = {**package.default_headers, **package.auth_headers}
    # What is not to be sent is told by a mark in place of the value.
    return CIMultiDict({name: value for name, value in given.items() if isinstance(value, str)})


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


def _proxy_for(base_url: str) -> str | None:
    url = httpx2.URL(base_url)
    if urllib.request.proxy_bypass(url.host):
        return None
    return urllib.request.getproxies().get(url.scheme)
