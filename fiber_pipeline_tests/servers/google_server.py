"""Servers that speak Google Cloud Translation's protocol (v3), over gRPC and over REST.

Both check what the service checks and answer alike (`google_answers.Translator`). Clients are given `endpoint`:
`127.0.0.1:port` over gRPC, `http://127.0.0.1:port` over REST.
"""

import json
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self

import grpc
from aiohttp import web
from google.cloud.translate_v3.types import (
    GetGlossaryRequest,
    GetSupportedLanguagesRequest,
    Glossary,
    SupportedLanguages,
    TranslateTextRequest,
    TranslateTextResponse,
)
from google.protobuf import any_pb2, duration_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from fiber_pipeline_tests.servers import faults as kinds
from fiber_pipeline_tests.servers.faults import Fault, Script
from fiber_pipeline_tests.servers.google_answers import Problem, Translator, spoken
from fiber_pipeline_tests.servers.quota import SlidingQuota
from fiber_pipeline_tests.servers.record import Exchange, Record
from fiber_pipeline_tests.servers.wire import BODY, EXCHANGE, FAULT, WireServer, serve_forever

_SERVICE = "google.cloud.translation.v3.TranslationService"
_NAMES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
# A fault's code that makes a 429 the day's last.
DAILY = "daily"


def _complaint(status: int, code: str | None) -> tuple[str, Mapping[str, str]]:
    """The message and the ErrorInfo's metadata of an error."""
    if status != 429:
        return "An error by script.", {}
    span, unit = ("day", "1/d/{project}") if code == DAILY else ("minute", "1/min/{project}")
    message = f"Quota exceeded for quota metric 'v3 general model characters' and limit 'characters per {span}'."
    return message, {"quota_metric": "translate.googleapis.com/general_model", "quota_unit": unit}


class GoogleRestServer(WireServer):
    """Google Cloud Translation over REST."""

    def __init__(
        self,
        *,
        projects: Collection[str] | None = None,
        glossaries: dict[str, dict[str, str]] | None = None,
        **wire: Any,
    ) -> None:
        super().__init__(**wire)
        self.translator = Translator(projects, glossaries or {})

    def routes(self) -> Iterable[web.RouteDef]:
        parent = "/v3/projects/{project}/locations/{location:[^/:]+}"
        return [
            web.post(parent + ":translateText", self._translate),
            web.get(parent + "/supportedLanguages", self._languages),
            web.get(parent + "/glossaries/{glossary}", self._glossary),
        ]

    def count_tokens(self, request: web.Request, body: Any) -> int:
        return sum(map(len, body.get("contents", []))) if isinstance(body, dict) else 0

    def problem(self, status: int, code: str | None, message: str, retry_after: float | None) -> web.Response:
        details: list[dict[str, Any]] = []
        if status == 429:
            message, metadata = _complaint(status, code)
            details.append(
                {
                    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                    "reason": "RATE_LIMIT_EXCEEDED",
                    "domain": "googleapis.com",
                    "metadata": dict(metadata),
                }
            )
        if retry_after is not None:
            details.append({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{retry_after:g}s"})
        error = {"code": status, "message": message, "status": _NAMES.get(status, "UNKNOWN"), "details": details}
        return web.json_response({"error": error}, status=status)

    async def _translate(self, request: web.Request) -> web.Response:
        body = {**request[BODY], "parent": request.path.removeprefix("/v3/").removesuffix(":translateText")}
        asked = TranslateTextRequest.from_json(json.dumps(body))
        request[EXCHANGE].items = len(asked.contents)
        return _answered(lambda: TranslateTextResponse.to_json(self.translator.answer(asked, request.get(FAULT))))

    async def _languages(self, request: web.Request) -> web.Response:
        asked = GetSupportedLanguagesRequest(
            parent=request.path.removeprefix("/v3/").removesuffix("/supportedLanguages")
        )
        return _answered(lambda: SupportedLanguages.to_json(self.translator.languages(asked)))

    async def _glossary(self, request: web.Request) -> web.Response:
        asked = GetGlossaryRequest(name=request.path.removeprefix("/v3/"))
        return _answered(lambda: Glossary.to_json(self.translator.glossary(asked)))


def _answered(answer: Callable[[], str]) -> web.Response:
    try:
        return web.Response(text=answer(), content_type="application/json")
    except Problem as problem:
        error = {"code": problem.status, "message": problem.message, "status": problem.name, "details": []}
        return web.json_response({"error": error}, status=problem.status)


class GoogleGrpcServer:
    """Google Cloud Translation over gRPC, in threads of its own. A quota's tokens are characters."""

    def __init__(
        self,
        *,
        projects: Collection[str] | None = None,
        glossaries: dict[str, dict[str, str]] | None = None,
        latency: float = 0.0,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        window: float = 60.0,
        faults: Sequence[Fault] = (),
        port: int = 0,
    ) -> None:
        self.translator = Translator(projects, glossaries or {})
        self.record = Record()
        self.script = Script(faults)
        self.quota = SlidingQuota(requests_per_minute, tokens_per_minute, window=window)
        self.latency = latency
        self.endpoint = ""
        self._port = port
        self._stopping = threading.Event()
        self._server = grpc.server(ThreadPoolExecutor(64, thread_name_prefix="google-grpc-server"))
        handlers = {
            "TranslateText": grpc.unary_unary_rpc_method_handler(
                self._translate, TranslateTextRequest.deserialize, TranslateTextResponse.serialize
            ),
            "GetSupportedLanguages": grpc.unary_unary_rpc_method_handler(
                self._languages, GetSupportedLanguagesRequest.deserialize, SupportedLanguages.serialize
            ),
            "GetGlossary": grpc.unary_unary_rpc_method_handler(
                self._glossary, GetGlossaryRequest.deserialize, Glossary.serialize
            ),
        }
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(_SERVICE, handlers),))

    def __enter__(self) -> Self:
        port = self._server.add_insecure_port(f"127.0.0.1:{self._port}")
        self._server.start()
        self.endpoint = f"127.0.0.1:{port}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End at once; connections break."""
        stopped = self._server.stop(None)
        self._stopping.set()
        stopped.wait()

    def _translate(self, request: TranslateTextRequest, context: grpc.ServicerContext) -> TranslateTextResponse:
        headers = [f"{key}: {value}" for key, value in context.invocation_metadata() if key != "authorization"]
        exchange = self.record.begin("POST", f"/{_SERVICE}/TranslateText", lambda: [*spoken(request), *headers])
        exchange.items = len(request.contents)
        status = None
        try:
            response = self._answered(request, exchange)
            status = 200
            return response
        except Problem as problem:
            status = problem.status
            context.abort(grpc.StatusCode[problem.name], problem.message)
        except _Complaint as complaint:
            status = complaint.status
            context.abort_with_status(complaint.told)
        finally:
            self.record.end(exchange, status)

    def _languages(self, request: GetSupportedLanguagesRequest, context: grpc.ServicerContext) -> SupportedLanguages:
        try:
            return self.translator.languages(request)
        except Problem as problem:
            context.abort(grpc.StatusCode[problem.name], problem.message)

    def _glossary(self, request: GetGlossaryRequest, context: grpc.ServicerContext) -> Glossary:
        try:
            return self.translator.glossary(request)
        except Problem as problem:
            context.abort(grpc.StatusCode[problem.name], problem.message)

    def _answered(self, request: TranslateTextRequest, exchange: Exchange) -> TranslateTextResponse:
        fault = self.script.take(exchange.number, exchange.path, lambda: exchange.said)
        exchange.fault = fault.kind if fault else None
        state = self.quota.take(sum(map(len, request.contents)))
        if not state.fits:
            raise _Complaint(429, None, state.retry_after)
        time.sleep(self.latency)
        if fault is not None:
            if fault.kind == kinds.HANG:
                exchange.is_cut = True
                self._stopping.wait()
            if fault.kind == kinds.STATUS:
                raise _Complaint(fault.status, fault.code, fault.retry_after)
        return self.translator.answer(request, fault)


class _Complaint(Exception):  # noqa: N818 - an answer of the service
    """An error with the details the service gives beside its message."""

    def __init__(self, status: int, code: str | None, retry_after: float | None) -> None:
        message, metadata = _complaint(status, code)
        super().__init__(message)
        details = []
        if metadata:
            info = any_pb2.Any()
            info.Pack(
                error_details_pb2.ErrorInfo(reason="RATE_LIMIT_EXCEEDED", domain="googleapis.com", metadata=metadata)
            )
            details.append(info)
        if retry_after is not None:
            delay = duration_pb2.Duration()
            delay.FromMilliseconds(round(retry_after * 1000))
            wait = any_pb2.Any()
            wait.Pack(error_details_pb2.RetryInfo(retry_delay=delay))
            details.append(wait)
        number = getattr(code_pb2, _NAMES.get(status, "UNKNOWN"))
        self.status = status
        self.told = rpc_status.to_status(status_pb2.Status(code=number, message=message, details=details))


def main(arguments: Sequence[str]) -> None:
    """Run a server as a process: over REST, or over gRPC where `--grpc` comes first."""
    if arguments[:1] == ["--grpc"]:
        serve_forever(GoogleGrpcServer, arguments[1:])
    else:
        serve_forever(GoogleRestServer, arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
