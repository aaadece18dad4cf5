"""A connection, against servers that answer in ways of their own."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable

import pytest

from fiber_pipeline.services.failures import ServiceFailure
from fiber_pipeline.services.openai.connection import Answer, Connection
from fiber_pipeline.services.openai.endpoints import OpenAIEndpoint

KEY = "sk-planted-test-key"
REPLY = b'{"choices":[]}'
Served = tuple[str, dict[str, str], bytes]


async def asked_of(served: Served, ask: Callable[[int], Awaitable[Answer]]) -> tuple[Answer, list[bytes]]:
    """Answer every request with `served`; return what `ask` got at the port, and the heads of the requests."""
    heads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        status, headers, body = served
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        return await ask(server.sockets[0].getsockname()[1]), heads


async def posted_to(base_url: str, times: int = 1) -> Answer:
    connection = Connection(OpenAIEndpoint(base_url, served_as="m", name="test", api_key=KEY))
    try:
        for _ in range(times):
            answer = await connection.post(b'{"model":"m"}')
        return answer
    finally:
        await connection.aclose()


async def posted(port: int) -> Answer:
    return await posted_to(f"http://127.0.0.1:{port}/v1")


def ok(body: bytes = REPLY, **headers: str) -> Served:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return "200 OK", {"Content-Type": "application/json", **named}, body


def failure(served: Served) -> ServiceFailure:
    with pytest.raises(ServiceFailure) as caught:
        asyncio.run(asked_of(served, posted))
    return caught.value


def test_a_request_says_what_openais_package_says(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_ORG_ID", "org-test")
    monkeypatch.delenv("OPENAI_PROJECT_ID", raising=False)
    _, (head,) = asyncio.run(asked_of(ok(), posted))
    assert head.startswith(b"POST /v1/chat/completions HTTP/1.1\r\n")
    told = {name.lower(): value for name, _, value in (line.partition(": ") for line in head.decode().splitlines())}
    assert told["authorization"] == f"Bearer {KEY}"
    assert told["content-type"] == told["accept"] == "application/json"
    assert told["user-agent"].startswith("AsyncOpenAI/Python")
    assert told["openai-organization"] == "org-test"
    assert "openai-project" not in told


def test_an_answer_is_its_body_and_its_headers():
    answer, _ = asyncio.run(asked_of(ok(x_request_id="req_1"), posted))
    assert (answer.body, answer.headers["X-Request-Id"]) == (REPLY, "req_1")


def test_a_compressed_answer_is_read():
    answer, _ = asyncio.run(asked_of(ok(gzip.compress(REPLY), Content_Encoding="gzip"), posted))
    assert answer.body == REPLY


def test_a_redirection_is_not_followed_and_ends_the_endpoint():
    caught = failure(("308 Permanent Redirect", {"Location": "http://localhost:9/v1/chat/completions"}, b""))
    assert (caught.kind, caught.status) == ("denied", 308)


def test_cookies_are_not_carried_from_one_request_to_the_next():
    _, heads = asyncio.run(
        asked_of(ok(Set_Cookie="tracked=1"), lambda port: posted_to(f"http://127.0.0.1:{port}/v1", times=2))
    )
    assert len(heads) == 2
    assert not any(b"cookie" in head.lower() for head in heads)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"error": {"code": "model_not_found", "type": "invalid_request_error"}}', "HTTP 400 (model_not_found)"),
        (b'{"error": {"code": 7, "type": "invalid_request_error"}}', "HTTP 400 (invalid_request_error)"),
        # Some that are only compatible leave the envelope out.
        (b'{"code": "model_not_found"}', "HTTP 400 (model_not_found)"),
        (b'{"error": "no such model"}', "HTTP 400"),
        (b'["no", "such"]', "HTTP 400"),
        (b"<html>Bad gateway</html>", "HTTP 400"),
        (b"\xff\xfe", "HTTP 400"),
        (b"", "HTTP 400"),
    ],
)
def test_an_error_is_known_by_its_code_or_its_type(body: bytes, said: str):
    assert str(failure(("400 Bad Request", {}, body))) == said


@pytest.mark.parametrize("bypassed", [False, True])
def test_a_proxy_is_used_where_the_environment_names_one(monkeypatch: pytest.MonkeyPatch, bypassed: bool):
    async def by_proxy(port: int) -> Answer:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("no_proxy", "models.example" if bypassed else "")
        return await posted_to("http://models.example/v1")

    if bypassed:
        with pytest.raises(ServiceFailure) as caught:
            asyncio.run(asked_of(ok(), by_proxy))
        assert caught.value.kind == "unreachable"
    else:
        answer, heads = asyncio.run(asked_of(ok(), by_proxy))
        assert answer.body == REPLY
        assert heads[0].startswith(b"POST http://models.example/v1/chat/completions HTTP/1.1\r\n")
