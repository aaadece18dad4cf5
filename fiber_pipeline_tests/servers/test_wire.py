import asyncio
import json
import urllib.error
import urllib.request
from typing import Any

import aiohttp
import pytest

from fiber_pipeline_tests.servers.faults import Fault
from fiber_pipeline_tests.servers.openai_answers import annotation
from fiber_pipeline_tests.servers.openai_schema import schema_problem
from fiber_pipeline_tests.servers.openai_server import OpenAIServer
from fiber_pipeline_tests.servers.quota import SlidingQuota
from fiber_pipeline_tests.servers.wire import serve_process, told_record

SCHEMA = {
    "type": "object",
    "properties": {"answers": {"type": "array", "items": {"type": "string"}}},
    "required": ["answers"],
    "additionalProperties": False,
}


def request_body(*texts: str, **parameters: Any) -> dict[str, Any]:
    items = [{"id": str(place), "text": text} for place, text in enumerate(texts, start=1)]
    return {
        "model": "gpt-4.1-mini",
        "messages": [
            {"role": "system", "content": "…"},
            {"role": "user", "content": json.dumps(items, ensure_ascii=False)},
        ],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "annotate", "strict": True, "schema": SCHEMA},
        },
        **parameters,
    }


def post(
    address: str, body: Any, key: str = "k", path: str = "/v1/chat/completions"
) -> tuple[int, Any, dict[str, str]]:
    request = urllib.request.Request(
        address + path,
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, json.load(answer), dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error), dict(error.headers)


def answers(reply: Any) -> list[dict[str, Any]]:
    return json.loads(reply["choices"][0]["message"]["content"])["answers"]


def test_answers_are_a_function_of_each_text_and_carry_its_id():
    with OpenAIServer() as server:
        _, together, _ = post(server.base_url, request_body("Se corta siempre", "Muy caro"))
        _, alone, _ = post(server.base_url, request_body("Muy caro"))
    assert [answer["id"] for answer in answers(together)] == ["1", "2"]
    assert {**answers(together)[1], "id": "1"} == answers(alone)[0] == {"id": "1", **annotation("Muy caro")}
    assert [exchange.items for exchange in server.record] == [2, 1]


def test_what_the_service_would_not_take_is_not_taken():
    with OpenAIServer(keys={"good"}, models={"gpt-4.1-mini"}) as server:
        cases = [
            (post(server.base_url, request_body("a"), key="bad"), 401, "invalid_api_key"),
            (post(server.base_url, request_body("a", model="gpt-0"), key="good"), 404, "model_not_found"),
            (post(server.base_url, request_body("a", temprature=0), key="good"), 400, "unknown_parameter"),
        ]
        loose = request_body("a")
        loose["response_format"]["json_schema"]["schema"] = {**SCHEMA, "additionalProperties": True}
        cases.append((post(server.base_url, loose, key="good"), 400, "invalid_json_schema"))
    for (status, body, _), expected, code in cases:
        assert (status, body["error"]["code"]) == (expected, code)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"required": []}, "required"),
        ({"minProperties": 1}, "minProperties"),
        ({"properties": {"answers": {"type": "array"}}}, "items"),
        ({"type": "array", "items": {"type": "string"}}, "object"),
    ],
)
def test_schemas_that_strict_mode_does_not_know(change: dict[str, Any], reason: str):
    assert schema_problem("x", SCHEMA) is None
    assert reason in (schema_problem("x", {**SCHEMA, **change}) or "")


def test_scripted_faults_befall_the_requests_they_name():
    faults = [
        Fault("status", status=503, requests={1}),
        Fault("status", status=429, code="insufficient_quota", containing="caro", times=1),
        Fault("wrong_body", requests={3}),
    ]
    with OpenAIServer(faults=faults) as server:
        assert post(server.base_url, request_body("a"))[0] == 503
        assert post(server.base_url, request_body("Muy caro"))[1]["error"]["type"] == "insufficient_quota"
        with pytest.raises(json.JSONDecodeError):
            post(server.base_url, request_body("a"))
        assert post(server.base_url, request_body("Muy caro"))[0] == 200
    assert server.record.statuses() == {503: 1, 429: 1, 200: 2}


@pytest.mark.parametrize("kind", ["reset", "half_body", "hang"])
def test_connections_break_as_on_a_bad_day(kind: str):
    async def ask(address: str) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.3)) as session:
            headers = {"Authorization": "Bearer k"}
            url = f"{address}/v1/chat/completions"
            async with session.post(url, json=request_body("a"), headers=headers) as answer:
                await answer.read()

    expected = {"reset": aiohttp.ClientOSError, "half_body": aiohttp.ClientPayloadError, "hang": TimeoutError}
    with OpenAIServer(faults=[Fault(kind)]) as server, pytest.raises(expected[kind]):
        asyncio.run(ask(server.base_url))
    assert server.record.exchanges[0].status is None


def test_a_quota_slides_and_says_when_it_fits_again():
    now = 100.0
    quota = SlidingQuota(120, 6000, window=1.0, clock=lambda: now)
    assert [quota.take(40).fits for _ in range(3)] == [True, True, False]
    state = quota.take(10)
    assert (state.fits, state.over, state.remaining_tokens) == (False, "requests", 20)
    now = 100.4
    assert quota.take(1).retry_after == pytest.approx(0.6)
    now = 101.0
    assert quota.take(40).fits


def test_over_the_limit_the_service_says_how_long_to_wait():
    with OpenAIServer(requests_per_minute=2, window=60) as server:
        for _ in range(2):
            status, _, headers = post(server.base_url, request_body("a"))
            assert status == 200
        assert (headers["x-ratelimit-limit-requests"], headers["x-ratelimit-remaining-requests"]) == ("2", "0")
        status, body, headers = post(server.base_url, request_body("a"))
    assert (status, body["error"]["code"]) == (429, "rate_limit_exceeded")
    assert 0 < int(headers["retry-after-ms"]) <= 60_000


def test_a_planted_text_is_found_however_it_is_escaped():
    with OpenAIServer() as server:
        post(server.base_url, request_body("llamen al «0981 123 456»"))
        server.record.assert_clean(["0971"])
        with pytest.raises(AssertionError, match="0981"):
            server.record.assert_clean(["«0981 123 456»"])


def test_a_process_of_its_own_tells_its_record():
    with serve_process("fiber_pipeline_tests.servers.openai_server", "--latency", "0.01") as address:
        assert post(address, request_body("a", "b"))[0] == 200
        told = told_record(address)
    assert (told["requests"], told["answered_items"], told["statuses"]) == (1, 2, {"200": 1})
