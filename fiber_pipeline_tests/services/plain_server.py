"""A server that answers whatever it is asked, for tests of connections."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

Served = tuple[str, dict[str, str], bytes]
"""Status line, headers and body."""

T = TypeVar("T")


def ok(body: bytes = b"{}", **headers: str) -> Served:
    """A good answer; underscores in the names of headers stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return "200 OK", {"Content-Type": "application/json", **named}, body


async def asked_of(served: Served | list[Served], ask: Callable[[int], Awaitable[T]]) -> tuple[T, list[bytes]]:
    """Answer requests with what is `served`, the last of several from then on.

    Returns what `ask` made of the port, and the heads of the requests.
    """
    answers = served if isinstance(served, list) else [served]
    heads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        status, headers, body = answers[min(len(heads), len(answers)) - 1]
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        return await ask(server.sockets[0].getsockname()[1]), heads
