"""HTTP as every service is asked over it, against servers that answer in ways of their own."""

import asyncio
import gzip

import pytest

from fiber_pipeline.services.failures import ServiceFailure
from fiber_pipeline.services.http_connection import HttpAnswer, HttpConnection
from fiber_pipeline_tests.services.plain_server import asked_of, ok

REPLY = b'{"choices":[]}'


async def posted_to(url: str, times: int = 1) -> HttpAnswer:
    connection = HttpConnection(url, {"X-Who": "fiber"})
    try:
        for _ in range(times):
            answer = await connection.post(b'{"model":"m"}', {"X-What": "this one"})
        return answer
    finally:
        await connection.aclose()


async def posted(port: int) -> HttpAnswer:
    return await posted_to(f"http://127.0.0.1:{port}/v1?a=%2F")


def test_an_answer_is_its_status_its_body_and_its_headers():
    answer, (head,) = asyncio.run(asked_of(ok(REPLY, x_request_id="req_1"), posted))
    assert (answer.status, answer.body, answer.headers["X-Request-Id"]) == (200, REPLY, "req_1")
    assert head.startswith(b"POST /v1?a=%2F HTTP/1.1\r\n")
    assert {b"X-Who: fiber", b"X-What: this one"} <= set(head.split(b"\r\n"))


def test_a_compressed_answer_is_read():
    answer, _ = asyncio.run(asked_of(ok(gzip.compress(REPLY), Content_Encoding="gzip"), posted))
    assert answer.body == REPLY


def test_a_redirection_is_an_answer():
    served = ("308 Permanent Redirect", {"Location": "http://localhost:9/v1"}, b"")
    answer, heads = asyncio.run(asked_of(served, posted))
    assert (answer.status, len(heads)) == (308, 1)


def test_cookies_are_not_carried_from_one_request_to_the_next():
    _, heads = asyncio.run(
        asked_of(ok(Set_Cookie="tracked=1"), lambda port: posted_to(f"http://127.0.0.1:{port}/v1", times=2))
    )
    assert len(heads) == 2
    assert not any(b"cookie" in head.lower() for head in heads)


def test_an_answer_that_cannot_be_read_may_have_been_paid():
    with pytest.raises(ServiceFailure) as caught:
        asyncio.run(asked_of(ok(b"not compressed at all", Content_Encoding="gzip"), posted))
    assert (caught.value.kind, caught.value.maybe_paid) == ("unavailable", True)


def test_an_address_where_nobody_listens_costs_nothing():
    with pytest.raises(ServiceFailure) as caught:
        asyncio.run(posted(1))
    assert (caught.value.kind, caught.value.maybe_paid) == ("unreachable", False)


@pytest.mark.parametrize("bypassed", [False, True])
def test_a_proxy_is_used_where_the_environment_names_one(monkeypatch: pytest.MonkeyPatch, bypassed: bool):
    async def by_proxy(port: int) -> HttpAnswer:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("no_proxy", "models.example" if bypassed else "")
        return await posted_to("http://models.example/v1")

    if bypassed:
        with pytest.raises(ServiceFailure) as caught:
            asyncio.run(asked_of(ok(REPLY), by_proxy))
        assert caught.value.kind == "unreachable"
    else:
        answer, heads = asyncio.run(asked_of(ok(REPLY), by_proxy))
        assert answer.body == REPLY
        assert heads[0].startswith(b"POST http://models.example/v1 HTTP/1.1\r\n")
