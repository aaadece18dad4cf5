"""Who may ask a server that has no login: browsers that show its own pages, under a name that is its own.

A page of another site can have a browser send requests here. It is told by its origin; where it made its name mean
this address first (DNS rebinding), by the name it asks for. And what changes things is never asked for by GET, which a
mere link is.
"""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, QueryParams
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_GRAPHQL = "/graphql"
_POLICY_VIOLATION = 1008
_MISDIRECTED, _FORBIDDEN, _NOT_ALLOWED = 421, 403, 405


class Guard:
    """Lets a request through to `app`, or says why not."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        """hosts: what this server may be called, each with its port where that is not the protocol's own."""
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI wants it."""
        refused = self._refusal(scope) if scope["type"] in ("http", "websocket") else None
        if refused is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            status, reason = refused
            await PlainTextResponse(f"{reason}\n", status)(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        if headers.get("host", "").lower() not in self._hosts:
            return _MISDIRECTED, "this server does not go by that name"
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() not in self._hosts:
            return _FORBIDDEN, "pages of other sites may not ask here"
        is_link = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        # Without a query it is the page on which people write them.
        if is_link and scope["path"].rstrip("/") == _GRAPHQL and "query" in QueryParams(scope["query_string"]):
            return _NOT_ALLOWED, "GraphQL is asked by POST"
        return None


def own_names(host: str, port: int, further: Collection[str] = ()) -> list[str]:
    """What a server at this address may be called. further: names a proxy before it goes by."""
    names = {host, "127.0.0.1", "localhost", "[::1]"}
    return [*(f"{name}:{port}" for name in sorted(names)), *further]
