"""Who may ask a server that has no login: browsers that show its own pages, under a name that is its own.

A page of another site can have a browser send requests here. It is told by its origin and by what the browser says of
it; where it made its name mean this address first (DNS rebinding), by the name it asks for. What changes things is
asked in JSON alone, which no form or link of another page can send unasked, and GraphQL is never asked by a link,
whatever stands there: what is not read cannot be read otherwise by the server behind.
"""

import re
from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_GRAPHQL = "/graphql"
_POLICY_VIOLATION = 1008
_BAD, _FORBIDDEN, _NOT_ALLOWED, _MISDIRECTED, _NOT_JSON = 400, 403, 405, 421, 415
_READING = ("GET", "HEAD", "OPTIONS")
_OF_OTHERS = ("cross-site", "same-site")
# A line break at its end lets a path pass for another: routes are matched by patterns that end before it.
_ODD = re.compile(r"[\x00-\x1f\x7f\\]")


class Guard:
    """Lets a request through to `app`, or says why not."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        """hosts: what this server may be called, each with its port where that is not the protocol's own."""
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._origins = frozenset(f"{scheme}://{host}" for scheme in ("http", "https") for host in self._hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI wants it."""
        refused = self._refusal(scope) if scope["type"] in ("http", "websocket") else None
        if refused is None:
            await self._app(scope, receive, _unframed(send) if scope["type"] == "http" else send)
        elif scope["type"] == "http":
            status, reason = refused
            await PlainTextResponse(f"{reason}\n", status)(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        path, method = scope["path"], scope.get("method", "GET")
        if not path.startswith("/") or _ODD.search(path):
            return _BAD, "no such path"
        if [host.lower() in self._hosts for host in headers.getlist("host")] != [True]:
            return _MISDIRECTED, "this server does not go by that name"
        if any(origin.lower() not in self._origins for origin in headers.getlist("origin")):
            return _FORBIDDEN, "pages of other sites may not ask here"
        if any(site in _OF_OTHERS for site in headers.getlist("sec-fetch-site")) and not _is_followed_link(
            method, headers
        ):
            return _FORBIDDEN, "pages of other sites may not ask here"
        if method not in _READING and not _is_json(headers):
            return _NOT_JSON, "what changes something is asked with Content-Type: application/json"
        # Without anything there it is the page on which people write queries; where a body is JSON, it alone is read.
        is_link = scope["type"] == "http" and method in _READING
        if is_link and path.rstrip("/") == _GRAPHQL and scope["query_string"]:
            return _NOT_ALLOWED, "GraphQL is asked by POST, in its body"
        return None


def own_names(host: str, port: int, further: Collection[str] = ()) -> list[str]:
    """What a server at this address may be called. further: names a proxy before it goes by."""
    names = {f"[{host}]" if ":" in host else host, "127.0.0.1", "localhost", "[::1]"}
    own = [f"{name}:{port}" for name in sorted(names)]
    # Browsers leave the protocol's own port out.
    return [*own, *(sorted(names) if port == 80 else ()), *further]


def _is_followed_link(method: str, headers: Headers) -> bool:
    """Whether somebody has followed a link here from elsewhere, into a page of its own."""
    into = headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")
    return method == "GET" and into == ("navigate", "document")


def _is_json(headers: Headers) -> bool:
    kinds = [kind.partition(";")[0].strip().lower() for kind in headers.getlist("content-type")]
    return kinds == ["application/json"]


def _unframed(send: Send) -> Send:
    """Have no page of another site show this one inside itself, for people to click on what they do not see."""

    async def send_unframed(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).setdefault("X-Frame-Options", "SAMEORIGIN")
        await send(message)

    return send_unframed
