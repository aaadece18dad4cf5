"""The HTTP client under OpenAI's package, against servers that answer in ways of their own."""

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable

import openai
import pytest

from fiber_pipeline.services.failures import ServiceFailure
from fiber_pipeline.services.openai.client import connect
from fiber_pipeline.services.openai.endpoints import OpenAIEndpoint
from fiber_pipeline.services.openai.trouble import failure_of

KEY = "sk-planted-test-key"
Answer = Callable[[], tuple[str, dict[str, str], bytes]]
MODELS = json.dumps({"object": "list", "data": [{"id": "m", "object": "model", "created": 1, "owned_by": "us"}]})


async def asked_of(answer: Answer, ask: Callable[[int], Awaitable[list[str]]]) -> tuple[list[str], list[bytes]]:
    """Serve every request as `answer` says; return what `ask` found at the port, and the heads of the requests."""
    heads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        heads.append(head)
        status, headers, body = answer()
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        return await ask(server.sockets[0].getsockname()[1]), heads


async def models_at(base_url: str) -> list[str]:
    client = connect(OpenAIEndpoint(base_url, served_as="m", name="test", api_key=KEY))
    try:
        return [model.id async for model in client.models.list()]
    finally:
        await client.close()


def test_a_compressed_answer_is_read():
    def compressed() -> tuple[str, dict[str, str], bytes]:
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        return "200 OK", headers, gzip.compress(MODELS.encode())

    found, heads = asyncio.run(asked_of(compressed, lambda port: models_at(f"http://127.0.0.1:{port}/v1")))
    assert found == ["m"]
    assert heads[0].startswith(b"GET /v1/models HTTP/1.1\r\n")
    assert f"authorization: bearer {KEY}".encode() in heads[0].lower()
    assert b"content-" not in heads[0].lower()


def test_a_redirection_is_not_followed_and_ends_the_endpoint():
    def moved() -> tuple[str, dict[str, str], bytes]:
        return "308 Permanent Redirect", {"Location": "http://localhost:9/v1/models"}, b""

    with pytest.raises(openai.APIStatusError) as caught:
        asyncio.run(asked_of(moved, lambda port: models_at(f"http://127.0.0.1:{port}/v1")))
    failure: ServiceFailure = failure_of(caught.value)
    assert (failure.kind, failure.status) == ("denied", 308)


def test_cookies_are_not_carried_from_one_request_to_the_next():
    def with_cookie() -> tuple[str, dict[str, str], bytes]:
        return "200 OK", {"Content-Type": "application/json", "Set-Cookie": "tracked=1"}, MODELS.encode()

    async def twice(port: int) -> list[str]:
        client = connect(OpenAIEndpoint(f"http://127.0.0.1:{port}/v1", served_as="m", name="test", api_key=KEY))
        for _ in range(2):
            await client.models.list()
        await client.close()
        return []

    _, heads = asyncio.run(asked_of(with_cookie, twice))
    assert len(heads) == 2
    assert not any(b"cookie" in head.lower() for head in heads)


@pytest.mark.parametrize("bypassed", [False, True])
def test_a_proxy_is_used_where_the_environment_names_one(monkeypatch: pytest.MonkeyPatch, bypassed: bool):
    def forwarded() -> tuple[str, dict[str, str], bytes]:
        return "200 OK", {"Content-Type": "application/json"}, MODELS.encode()

    async def by_proxy(port: int) -> list[str]:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("no_proxy", "models.example" if bypassed else "")
        return await models_at("http://models.example/v1")

    if bypassed:
        with pytest.raises(openai.APIConnectionError) as caught:
            asyncio.run(asked_of(forwarded, by_proxy))
        assert failure_of(caught.value).kind == "unreachable"
    else:
        found, heads = asyncio.run(asked_of(forwarded, by_proxy))
        assert found == ["m"]
        assert heads[0].startswith(b"GET http://models.example/v1/models HTTP/1.1\r\n")
