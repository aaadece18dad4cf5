"""HTTP to a service: aiohttp carries what a provider's package would, and no more.

The packages merge addresses, options and headers anew for every request and wrap what comes back, which takes more CPU
than all the rest of a request; none of it differs from one request to the next. So they say once who asks, and what
their errors are made of is read from the answer.
"""

import ssl
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import aiohttp
import httpx2
import yarl
from multidict import CIMultiDict

from fiber_pipeline.services.failures import ServiceFailure

_CONNECT_SECONDS = 5.0
# Shorter than servers keep idle connections, so that none is used that is just being closed.
_IDLE_SECONDS = 5.0


@dataclass(frozen=True)
class HttpAnswer:
    """A status, a body, read whole, and the headers before it, whose names have no case."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class HttpConnection:
    """Connections to one address, from within one event loop. Follows no redirects, keeps no cookies, does not retry.

    A proxy is used where the environment names one, as by every program (`HTTPS_PROXY`, `NO_PROXY`).
    """

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        """url: that requests are posted to. headers: of every request."""
        self._url = yarl.URL(url, encoded=True)
        self._proxy = _proxy_for(url)
        self._session = aiohttp.ClientSession(
            # How many requests there are at once is bounded by who asks.
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_IDLE_SECONDS, ssl=_trusted()),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS),
            headers=CIMultiDict(headers),
        )

    async def post(self, body: bytes, headers: Mapping[str, str] | None = None) -> HttpAnswer:
        """Send a request and read the answer, whatever its status.

        headers: of this request besides. Raises ServiceFailure; leaves how long to wait to who asks.
        """
        try:
            async with self._session.post(
                self._url, data=body, headers=headers, proxy=self._proxy, allow_redirects=False
            ) as response:
                return HttpAnswer(response.status, await response.read(), response.headers)
        except (aiohttp.ClientError, OSError) as error:
            # Without its cause, whose message can quote the service.
            raise _broken(error) from None

    async def aclose(self) -> None:
        """Close connections."""
        await self._session.close()


def _broken(error: aiohttp.ClientError | OSError) -> ServiceFailure:
    """What became of a request; what may have reached the service may have been paid."""
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return ServiceFailure("unreachable", "no connection")
    if isinstance(error, TimeoutError):
        return ServiceFailure("timed_out", "no answer in time", maybe_paid=True)
    broke = "the answer broke off" if isinstance(error, aiohttp.ClientPayloadError) else "the connection broke"
    return ServiceFailure("unavailable", f"{broke} ({type(error).__name__})", maybe_paid=True)


@cache
def _trusted() -> ssl.SSLContext:
    """What the system trusts, or SSL_CERT_FILE and SSL_CERT_DIR name. Read once, which takes a while."""
    return httpx2.create_ssl_context()


def _proxy_for(url: str) -> str | None:
    address = httpx2.URL(url)
    if urllib.request.proxy_bypass(address.host):
        return None
    return urllib.request.getproxies().get(address.scheme)
