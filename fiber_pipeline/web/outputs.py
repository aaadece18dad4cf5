"""The outputs folder, to be read: a page opened from a file on the disk is one that browsers refuse to link to."""

from collections.abc import MutableMapping
from pathlib import Path, PurePosixPath
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fiber_pipeline.assets.output_files import SERVED_AT

# A page may be as lively as the report is, by itself alone: it may not ask this server for anything.
_PAGE_POLICY = (
    "sandbox allow-scripts allow-popups allow-downloads allow-modals; default-src 'none'; style-src 'unsafe-inline'; "
    "script-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_PAGES = ("text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "application/xml")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class WithOutputs:
    """Serves a folder's files under `SERVED_AT`, and leaves all else to `app`."""

    def __init__(self, app: ASGIApp, folder: Path) -> None:
        self._app = app
        self._files = _Files(directory=folder, check_dir=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI wants it."""
        if scope["type"] != "http" or not scope["path"].startswith(f"{SERVED_AT}/"):
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                if headers.get("content-type", "").partition(";")[0].strip() in _PAGES:
                    headers["Content-Security-Policy"] = _PAGE_POLICY
            await send(message)

        below: MutableMapping[str, Any] = {**scope, "root_path": scope.get("root_path", "") + SERVED_AT}
        try:
            await self._files(below, receive, send_guarded)
        except HTTPException as refusal:
            await Response(status_code=refusal.status_code)(below, receive, send_guarded)


class _Files(StaticFiles):
    """Files as they are; no folder is listed, no link followed out, and what is half written or hidden is not there."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if any(part.startswith(".") for part in PurePosixPath(path).parts):
            raise HTTPException(404)
        return await super().get_response(path, scope)
