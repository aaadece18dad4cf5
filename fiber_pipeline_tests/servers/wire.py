"""What every test server is: a web application on loopback with a service's latency, quota, faults and a record.

    with OpenAIServer(latency=0.05, faults=[Fault("status", status=503, requests={2})]) as server:
        … server.base_url …
        server.record.assert_clean(["4.123.456"])

It runs in a thread with a loop of its own, or in a process of its own (`python -m
fiber_pipeline_tests.servers.openai_server --latency 0.2`, `serve_process`), which measurements want, since a thread
shares the interpreter with the client. Servers that do not speak HTTP use `Script`, `SlidingQuota` and `Record` alone.
"""

import argparse
import asyncio
import json
import socket
import struct
import subprocess
import sys
import threading
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from fiber_pipeline_tests.servers import faults as kinds
from fiber_pipeline_tests.servers.faults import Fault, Script
from fiber_pipeline_tests.servers.quota import QuotaState, SlidingQuota
from fiber_pipeline_tests.servers.record import Exchange, Record, strings_in

_HIDDEN_HEADERS = frozenset({"authorization", "ocp-apim-subscription-key", "api-key", "x-goog-api-key"})
EXCHANGE = web.RequestKey("exchange", Exchange)
FAULT = web.RequestKey("fault", Fault)
BODY = web.RequestKey("body", object)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class WireServer(ABC):
    """A service on loopback. A subclass gives routes, and says how its service counts and how it complains.

    latency: seconds from the whole request to the first byte of its answer. window: seconds the quota looks back.
    Handlers find the parsed body under `request[BODY]`, the exchange (to set `items`) under `request[EXCHANGE]`, and
    a fault of their own kind under `request.get(FAULT)`.
    """

    counts_rejected = False

    def __init__(
        self,
        *,
        latency: float = 0.0,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        window: float = 60.0,
        faults: Sequence[Fault] = (),
        port: int = 0,
    ) -> None:
        self.latency = latency
        self.record = Record()
        self.script = Script(faults)
        self.quota = SlidingQuota(
            requests_per_minute, tokens_per_minute, window=window, counts_rejected=self.counts_rejected
        )
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._thread: threading.Thread | None = None
        self.base_url = ""

    @property
    def endpoint(self) -> str:
        """What clients are given."""
        return self.base_url

    @abstractmethod
    def routes(self) -> Iterable[web.RouteDef]:
        """The service's routes."""

    @abstractmethod
    def problem(self, status: int, code: str | None, message: str, retry_after: float | None) -> web.Response:
        """An error in the service's own form."""

    def is_metered(self, request: web.Request) -> bool:
        """Whether a request counts against the quota."""
        return request.method == "POST"

    def count_tokens(self, request: web.Request, body: Any) -> int:
        """What a request takes of the quota's tokens, in the service's own measure."""
        return 0

    def quota_headers(self, state: QuotaState) -> dict[str, str]:
        """What the service says of its quota with every answer."""
        return {}

    def __enter__(self) -> Self:
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), name=type(self).__name__, daemon=True)
        self._thread.start()
        assert started.wait(10), "the test server did not start"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        assert self._thread is not None
        self._thread.join(10)
        assert not self._thread.is_alive(), "the test server did not stop"

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve(started.set))
        self._loop.close()

    async def _serve(self, on_start: Callable[[], object]) -> None:
        application = web.Application(middlewares=[self._exchange], client_max_size=256 * 1024**2)
        application.add_routes([web.get("/_record", self._tell_record), *self.routes()])
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self._port, backlog=1024).start()
        host, port = runner.addresses[0][:2]
        self.base_url = f"http://{host}:{port}"
        on_start()
        await self._stopping.wait()
        await runner.cleanup()

    async def _tell_record(self, request: web.Request) -> web.Response:
        return web.json_response(self.record.summary())

    @web.middleware
    async def _exchange(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path == "/_record":
            return await handler(request)
        raw = await request.read()
        body = _parsed(request, raw)
        headers, address = request.headers, request.path_qs
        exchange = self.record.begin(
            request.method, request.path, lambda: [address, *_told_headers(headers), *strings_in(body)]
        )
        request[EXCHANGE], request[BODY] = exchange, body
        status = None
        try:
            response = await self._answer(request, handler, exchange, body)
            status = None if exchange.is_cut else response.status
            return response
        finally:
            self.record.end(exchange, status)

    async def _answer(
        self, request: web.Request, handler: Handler, exchange: Exchange, body: Any
    ) -> web.StreamResponse:
        # Making an answer is part of the latency: clients are measured, not this server.
        answered_at = self._loop.time() + self.latency
        fault = self.script.take(exchange.number, exchange.path, lambda: exchange.said)
        exchange.fault = fault.kind if fault else None
        headers: dict[str, str] = {}
        if self.is_metered(request):
            state = self.quota.take(self.count_tokens(request, body))
            headers = self.quota_headers(state)
            if not state.fits:
                message = f"Rate limit reached for {state.over} per minute."
                response = self.problem(429, None, message, state.retry_after)
                response.headers.update(headers)
                return response
        if fault is not None and fault.kind in (kinds.HANG, kinds.RESET):
            await self._wait_until(answered_at)
            if fault.kind == kinds.HANG:
                await self._stopping.wait()
            exchange.is_cut = True
            return _cut(request)
        response = await self._respond(request, handler, fault)
        response.headers.update(headers)
        await self._wait_until(answered_at)
        if fault is not None and fault.kind == kinds.HALF_BODY:
            exchange.is_cut = True
            return await _half(request, response)
        return response

    async def _respond(self, request: web.Request, handler: Handler, fault: Fault | None) -> web.StreamResponse:
        if fault is not None:
            if fault.kind == kinds.STATUS:
                return self.problem(fault.status, fault.code, "An error by script.", fault.retry_after)
            if fault.kind == kinds.WRONG_BODY:
                return web.Response(text="<html><body>Bad gateway</body></html>", content_type="text/html")
            request[FAULT] = fault
        return await handler(request)

    async def _wait_until(self, moment: float) -> None:
        wait = moment - self._loop.time()
        if wait > 0:
            await asyncio.sleep(wait)


def _parsed(request: web.Request, raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        # A form with a file, say: as it is, line by line, so that what stands in it is found.
        lines = raw.decode("utf-8", "replace").splitlines()
        return [json.loads(line) if line.startswith("{") else line for line in lines]


def _told_headers(headers: Mapping[str, str]) -> Iterator[str]:
    for name, value in headers.items():
        if name.lower() not in _HIDDEN_HEADERS:
            yield f"{name}: {value}"


def _cut(request: web.Request) -> web.Response:
    """Break the connection, so that the client sees a reset and not the end of an answer."""
    transport = request.transport
    if transport is not None:
        held = transport.get_extra_info("socket")
        if held is not None:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response(status=499)


async def _half(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    assert isinstance(response, web.Response)
    whole = response.body
    assert isinstance(whole, bytes)
    stream = web.StreamResponse(status=response.status, headers=response.headers)
    stream.content_length = len(whole)
    await stream.prepare(request)
    await stream.write(whole[: len(whole) // 2])
    if request.transport is not None:
        request.transport.close()
    return stream


def serve_forever(server: Callable[..., AbstractContextManager[Any]], arguments: Sequence[str]) -> None:
    """Run a server as a process: print the `endpoint` for clients, and serve until standard input is closed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--requests-per-minute", type=float)
    parser.add_argument("--tokens-per-minute", type=float)
    parser.add_argument("--window", type=float, default=60.0)
    parser.add_argument("--port", type=int, default=0)
    with server(**vars(parser.parse_args(arguments))) as running:
        print(running.endpoint, flush=True)  # noqa: T201 - how the parent learns the address
        sys.stdin.read()


@contextmanager
def serve_process(module: str, *arguments: str) -> Iterator[str]:
    """A server in a process of its own; gives its address. What it was asked is told by `told_record`, over HTTP."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        address = process.stdout.readline().strip()
        assert address, "the test server did not start"
        yield address
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


def told_record(address: str) -> dict[str, Any]:
    """`Record.summary` of a server in a process of its own."""
    with urllib.request.urlopen(f"{address}/_record") as answer:
        return dict(json.load(answer))
