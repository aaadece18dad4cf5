import json
from typing import Any

import pytest

from fiber_pipeline.services.failures import ServiceFailure
from fiber_pipeline.services.openai.batches.files import read_results, write_lines
from fiber_pipeline.services.openai.endpoints import OpenAIEndpoint
from fiber_pipeline.services.openai.messages import Api
from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.service import Usage
from fiber_pipeline_tests.services.openai.batches.batching import QUESTION, TEXTS

PACKS = [[Item(text) for text in TEXTS[:2]], [Item(text) for text in TEXTS[2:4]]]
CHAT = {"prompt_tokens": 90, "completion_tokens": 40, "prompt_tokens_details": {"cached_tokens": 64}}
RESPONSES = {"input_tokens": 90, "output_tokens": 40, "input_tokens_details": {"cached_tokens": 64}}
USED = Usage(90, 40, 64)


def sent(api: Api = "chat") -> bytes:
    return write_lines(QUESTION, OpenAIEndpoint("http://h/v1", "m", "a", api=api), PACKS)


def result(body: Any, name: str = "0", status: int = 200) -> bytes:
    told = {"id": "r", "custom_id": name, "response": {"status_code": status, "body": body}, "error": None}
    return json.dumps(told).encode() + b"\n"


def choice(content: str | None, **other: Any) -> dict[str, Any]:
    return {"choices": [{"message": {"content": content}, **other}], "usage": CHAT}


def saying(*ids: str) -> dict[str, Any]:
    answer = {
        "sentiment": "neutral",
        "score": 0.0,
        "intensity": "mild",
        "confidence": 0.5,
        "evidence": [],
        "emotions": [],
        "urgency": "low",
        "urgency_evidence": [],
        "themes": [],
    }
    return choice(json.dumps({"answers": [{"id": id_, **answer} for id_ in ids]}))


@pytest.mark.parametrize(
    "body",
    [
        choice(None, finish_reason="length"),
        choice(None, finish_reason="content_filter"),
        {"choices": [{"finish_reason": "content_filter"}], "usage": CHAT},
        {"choices": [], "usage": CHAT},
        {"error": {"code": "server_error"}, "usage": CHAT},
    ],
)
def test_usage_is_read_whether_or_not_there_is_an_answer(body: dict[str, Any]):
    results = read_results(QUESTION, sent(), result(body), b"")
    assert (results.usage, results.answers, results.unread) == (USED, [], 0)
    assert read_results(None, sent(), result(body), b"").usage == USED


@pytest.mark.parametrize(
    "body",
    [
        {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}, "output": []},
        {"status": "failed", "error": {"code": "server_error"}, "output": None},
        {"output": [{"type": "message", "content": [{"type": "refusal", "refusal": "No."}]}]},
        {"output": [{"type": "message", "content": [{"type": "something new"}]}]},
    ],
)
def test_usage_is_read_of_responses_too(body: dict[str, Any]):
    results = read_results(QUESTION, sent("responses"), result({**body, "usage": RESPONSES}), b"")
    assert (results.usage, results.answers, results.unread) == (USED, [], 0)


def test_a_request_that_failed_counts_with_what_it_used():
    results = read_results(QUESTION, sent(), result(saying("1", "2")), result({"usage": CHAT}, "1", status=500))
    assert (results.usage, len(results.answers), results.unread) == (USED + USED, 2, 0)


@pytest.mark.parametrize(
    "line",
    [
        b'{"custom_id": "0", "respo\n',
        b"[]\n",
        result({"choices": []}),
        result({"choices": [], "usage": {"prompt_tokens": "many"}}),
        result(None),
    ],
)
def test_what_cannot_be_read_is_counted_and_spoils_nothing_else(line: bytes):
    results = read_results(QUESTION, sent(), line + result(saying("1", "2"), "1"), b"")
    assert (results.usage, [item.text for item, _ in results.answers], results.unread) == (USED, TEXTS[2:4], 1)


def test_results_are_matched_by_name_once():
    output = result(saying("2"), "1") + result(saying("1", "2"), "foreign") + result(saying("1", "2"), "1")
    results = read_results(QUESTION, sent(), output, b"")
    assert [item.text for item, _ in results.answers] == [TEXTS[3]]
    assert results.usage == USED + USED + USED


def test_requests_that_did_not_come_back_whole_are_no_reason_to_lose_results():
    with pytest.raises(ServiceFailure, match="did not come back whole"):
        read_results(QUESTION, sent()[:-20], result(saying("1", "2")), b"")
