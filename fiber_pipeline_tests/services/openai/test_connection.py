"""A connection to an endpoint, against servers that answer in ways of their own."""

import asyncio

import pytest

from fiber_pipeline.services.failures import ServiceFailure
from fiber_pipeline.services.http_connection import HttpAnswer
from fiber_pipeline.services.openai.connection import Connection
from fiber_pipeline.services.openai.endpoints import OpenAIEndpoint
from fiber_pipeline_tests.services.plain_server import Served, asked_of, ok

KEY = "sk-planted-test-key"


async def posted(port: int) -> HttpAnswer:
    connection = Connection(OpenAIEndpoint(f"http://127.0.0.1:{port}/v1", served_as="m", name="test", api_key=KEY))
    try:
        return await connection.post(b'{"model":"m"}')
    finally:
        await connection.aclose()


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


def test_a_redirection_is_not_followed_and_ends_the_endpoint():
    caught = failure(("308 Permanent Redirect", {"Location": "http://localhost:9/v1/chat/completions"}, b""))
    assert (caught.kind, caught.status) == ("denied", 308)


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
