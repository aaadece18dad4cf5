"""The client against LLMock, a server of OpenAI's protocol that others wrote: it knows nothing of what ours expects.

It answers any request with values its JSON schema allows, unless a test scripts the reply, and judges from what it saw
how the client took failures. Its fixture `llmock` comes with its package.
"""

import asyncio
import json
from pathlib import Path

import pytest
from llmock.pytest_plugin import LLMock

from fiber_pipeline.services.failures import ServiceFailure
from fiber_pipeline.services.openai.client import OpenAIService
from fiber_pipeline.services.openai.endpoints import OpenAIEndpoint
from fiber_pipeline.services.openai.operations import translate
from fiber_pipeline.services.openai.probe import probe
from fiber_pipeline.services.operation import Item
from fiber_pipeline_tests.servers.openai_answers import annotation
from fiber_pipeline_tests.services.embedded import embedded_enricher
from fiber_pipeline_tests.services.openai.asking import KEY, annotation_question, ask

# Of those it lists.
MODEL = "gpt-4o-mini"
TEXTS = ["El internet es lento", "Todo bien", "Muy caro pero rápido"]
APIS = pytest.mark.parametrize("api", ["chat", "responses"])


def endpoint(llmock: LLMock, api: str = "chat") -> OpenAIEndpoint:
    return OpenAIEndpoint(llmock.base_url(), served_as=MODEL, name="llmock", api_key=KEY, api=api)


def service(llmock: LLMock, api: str = "chat") -> OpenAIService:
    return OpenAIService(annotation_question(MODEL), endpoint(llmock, api))


def scripted() -> str:
    answers = [{"id": str(place), **annotation(text)} for place, text in enumerate(TEXTS, start=1)]
    return json.dumps({"answers": answers})


@APIS
def test_what_its_model_says_is_read_item_by_item(llmock: LLMock, api: str):
    llmock.reply(scripted())
    reply = ask(service(llmock, api), TEXTS)
    assert [reply.answers[place]["sentiment"] for place in range(3)] == ["negative", "positive", "mixed"]
    assert reply.usage.tokens_in > 0 and reply.usage.tokens_out > 0
    assert reply.model == MODEL


@APIS
def test_what_the_schema_allows_but_nobody_asked_for_is_no_answer(llmock: LLMock, api: str):
    reply = ask(service(llmock, api), TEXTS)
    assert not reply.answers
    assert set(reply.flawed) == {0, 1, 2}
    # Had it not taken the schema for one, it would have answered in prose, in which there are no ids at all.
    assert all("foreign id" in why for why in reply.flawed.values())


@APIS
def test_prose_instead_of_json_is_flawed(llmock: LLMock, api: str):
    llmock.reply("Claro, con gusto.")
    assert set(ask(service(llmock, api), TEXTS).flawed) == {0, 1, 2}


def test_translations_are_read_too(llmock: LLMock):
    llmock.reply(json.dumps({"answers": [{"id": "1", "text_es": "no hay señal"}]}))
    asked = OpenAIService(translate(MODEL), endpoint(llmock))
    assert ask(asked, ["Ndaipóri señal"]).answers == {0: {"text_es": "no hay señal"}}


@APIS
@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "context_length_exceeded", "too_large"),
        (400, None, "rejected"),
        (401, None, "denied"),
        (403, None, "denied"),
        (404, None, "denied"),
        (429, "insufficient_quota", "exhausted"),
        (500, None, "unavailable"),
        (503, None, "unavailable"),
    ],
)
def test_its_errors_have_the_kinds_of_ours(llmock: LLMock, api: str, status: int, code: str | None, kind: str):
    llmock.fail(status, code=code)
    with pytest.raises(ServiceFailure) as caught:
        ask(service(llmock, api), TEXTS)
    assert (caught.value.kind, caught.value.status) == (kind, status)
    assert len(llmock.requests) == 1, "the client itself tries nothing twice"


def test_its_rate_limit_says_how_long_to_wait(llmock: LLMock):
    llmock.rate_limit(retry_after=7)
    with pytest.raises(ServiceFailure) as caught:
        ask(service(llmock), TEXTS)
    assert (caught.value.kind, caught.value.retry_after) == ("rate_limited", 7.0)


def test_its_quota_is_read_from_its_headers(llmock: LLMock):
    llmock.limits(rpm=60, tpm=90_000)
    hints = ask(service(llmock), TEXTS).hints
    assert (hints.limit_requests, hints.limit_tokens) == (60, 90_000)
    assert hints.remaining_requests == 59
    assert hints.remaining_tokens is not None and 0 < hints.remaining_tokens < 90_000


def test_it_finds_nothing_wrong_with_how_failures_are_taken(llmock: LLMock, tmp_path: Path):
    llmock.rate_limit(times=2, retry_after=0.2).fail(500, times=2).fail(503).reply(scripted(), times=None)
    enriched = embedded_enricher(tmp_path).enrich([service(llmock)], [Item(text) for text in TEXTS])
    assert set(enriched.answers) == {0, 1, 2}
    assert [request.status for request in llmock.requests] == [429, 429, 500, 500, 503, 200]
    llmock.assert_resilient()


def test_a_request_it_will_never_take_is_sent_once(llmock: LLMock, tmp_path: Path):
    llmock.fail(401, times=None)
    enriched = embedded_enricher(tmp_path).enrich([service(llmock)], [Item(text) for text in TEXTS])
    assert set(enriched.unanswered) == {0, 1, 2}
    assert len(llmock.requests) == 1
    llmock.assert_resilient()


def test_the_doctor_finds_the_model_and_misses_one_that_is_not_there(llmock: LLMock):
    assert asyncio.run(probe(endpoint(llmock), 5)) == f"answers, and serves {MODEL}"
    with pytest.raises(ServiceFailure, match="no model"):
        asyncio.run(probe(OpenAIEndpoint(llmock.base_url(), served_as="none", name="llmock", api_key=KEY), 5))
