"""The HTTP client under OpenAI's package: aiohttp, and of httpx no more than the package itself needs.

The package takes any client of its own kind. Its usual one over aiohttp spends twice as much on merging URLs, headers
and cookies, on redirects and on streams as aiohttp spends on the request; an answer here is read whole and passed on.
"""

import ssl
import urllib.request
from functools import lru_cache
from typing import Any

import aiohttp
import httpx2
import yarl

_CONNECT_SECONDS = 5.0
# Shorter than servers keep idle connections, so that none is used that is just being closed.
_IDLE_SECONDS = 5.0
_DECODED = frozenset({b"content-encoding", b"content-length", b"transfer-encoding"})


class LeanClient(httpx2.AsyncClient):
    """One for an event loop. Follows no redirects, keeps no cookies, and leaves how long to wait to who asks.

    A proxy is used where the environment names one, as by every program (`HTTPS_PROXY`, `NO_PROXY`).
    """

    def __init__(self, base_url: str) -> None:
        """base_url: where requests will go; decides whether a proxy is between."""
        # The transport is never used; without one, a second pool of connections is made.
        super().__init__(transport=httpx2.AsyncBaseTransport(), timeout=None)
        self._proxy = _proxy_for(base_url)
        self._session: aiohttp.ClientSession | None = None

    def build_request(self, method: str, url: httpx2.URL | str, **given: Any) -> httpx2.Request:
        """The request as it is given: nothing of the client's is merged into it, since it has nothing."""
        given.pop("timeout", None)
        return httpx2.Request(method, _parsed(str(url)), **given)

    async def send(self, request: httpx2.Request, **_: Any) -> httpx2.Response:
        """Send it and read the whole answer. Raises httpx2.TransportError, caused by aiohttp's error."""
        try:
            async with self._connected().request(
                request.method,
                yarl.URL(str(request.url), encoded=True),
                data=request.content or None,
                headers=request.headers,
                proxy=self._proxy,
                allow_redirects=False,
            ) as response:
                body = await response.read()
        except TimeoutError as error:
            raise httpx2.TimeoutException("timed out", request=request) from error
        except (aiohttp.ClientError, OSError) as error:
            raise httpx2.TransportError(type(error).__name__, request=request) from error
        headers = [(name, value) for name, value in response.raw_headers if name.lower() not in _DECODED]
        return httpx2.Response(response.status, headers=headers, content=body, request=request)

    async def aclose(self) -> None:
        """Close connections."""
        await super().aclose()
        if self._session is not None:
            await self._session.close()

    def _connected(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                # How many requests there are at once is bounded by who asks.
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_IDLE_SECONDS, ssl=_trusted()),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS),
            )
        return self._session


@lru_cache(maxsize=64)
def _parsed(url: str) -> httpx2.URL:
    return httpx2.URL(url)


def _trusted() -> ssl.SSLContext:
    """The certificates that httpx trusts, which are the same on every machine."""
    return httpx2.create_ssl_context()


def _proxy_for(base_url: str) -> str | None:
    url = httpx2.URL(base_url)
    if urllib.request.proxy_bypass(url.host):
        return None
    return urllib.request.getproxies().get(url.scheme)
