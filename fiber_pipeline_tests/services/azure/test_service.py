"""The client against a server that speaks the service's protocol, through Microsoft's SDK."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from fiber_pipeline.services.azure import (
    AzureResource,
    AzureService,
    language_service,
    personal_data_service,
    sentiment_service,
)
from fiber_pipeline.services.azure.failures import failure_of_status, retry_after
from fiber_pipeline.services.failures import ServiceFailure
from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.service import Reply, Usage
from fiber_pipeline_tests.servers import azure_server
from fiber_pipeline_tests.servers.azure_server import AzureServer
from fiber_pipeline_tests.servers.faults import HALF_BODY, HANG, RESET, STATUS, WRONG_BODY, Fault

KEY = "a-key-that-nobody-sees"
GOOD = Item("La atención es excelente")
BAD = Item("El internet es lento. Los técnicos no vinieron.")


def resource(server: AzureServer) -> AzureResource:
    return AzureResource(server.base_url, KEY)


def ask(service: AzureService, items: Sequence[Item], timeout: float = 5.0) -> Reply:
    async def send() -> Reply:
        try:
            async with asyncio.timeout(timeout):
                return (await service.send(items, timeout))()
        finally:
            await service.aclose()

    return asyncio.run(send())


def failure(server: AzureServer, items: Sequence[Item] = (GOOD,), timeout: float = 5.0) -> ServiceFailure:
    with pytest.raises(ServiceFailure) as caught:
        ask(sentiment_service(resource(server)), items, timeout)
    return caught.value


def words(text: str, part: dict[str, Any]) -> str:
    return text[part["start"] : part["end"]]


def test_sentiment_comes_with_sentences_and_opinions_in_their_places():
    with AzureServer() as server:
        reply = ask(sentiment_service(resource(server)), [GOOD, BAD])
    assert reply.answers[0]["sentiment"] == "positive"
    answer = reply.answers[1]
    assert answer["sentiment"] == "negative"
    assert answer["scores"] == {"positive": 0.06, "neutral": 0.43, "negative": 0.51}
    first, second = answer["sentences"]
    assert (words(BAD.text, first), first["sentiment"]) == ("El internet es lento.", "negative")
    assert (words(BAD.text, second), second["sentiment"]) == (" Los técnicos no vinieron.", "neutral")
    (opinion,) = first["opinions"]
    assert (words(BAD.text, opinion), opinion["sentiment"]) == ("internet", "negative")
    assert [words(BAD.text, part) for part in opinion["assessments"]] == ["lento"]
    assert reply.usage == Usage(records=2)
    assert reply.model == answer["model"] == "2025-01-01"
    assert reply.request_id
    assert not reply.refused and not reply.flawed


def test_offsets_count_code_points_past_emojis_and_combining_marks():
    item = Item("😀👍🏽 porque g̃uarani: el wifi es pésimo")
    with AzureServer() as server:
        reply = ask(sentiment_service(resource(server)), [item])
    (opinion,) = reply.answers[0]["sentences"][0]["opinions"]
    assert words(item.text, opinion) == "wifi"
    assert words(item.text, opinion["assessments"][0]) == "pésimo"


def test_a_negated_assessment_and_a_warning_are_kept():
    item = Item("La señal no es bad: nada buena " + "a" * 70)
    with AzureServer() as server:
        answer = ask(sentiment_service(resource(server)), [item]).answers[0]
    assert answer["warnings"] == ["LongWordsInDocument"]
    (opinion,) = answer["sentences"][0]["opinions"]
    assert [(words(item.text, part), part["is_negated"]) for part in opinion["assessments"]] == [
        ("bad", False),
        ("buena", True),
    ]


def test_the_language_of_an_item_is_the_documents_and_spanish_otherwise():
    with AzureServer() as server:
        reply = ask(sentiment_service(resource(server)), [Item("so slow", "en"), GOOD, Item("Ndaipóri", "gn")])
        (exchange,) = server.record.exchanges
    said = list(exchange.said)
    languages = [said[place + 1] for place, text in enumerate(said) if text == "language"]
    assert languages == ["en", "es", "gn"]
    assert set(reply.answers) == {0, 1}
    assert reply.refused == {2: "UnsupportedLanguageCode"}


def test_a_document_that_cannot_be_read_is_refused_and_the_others_are_answered_and_charged():
    with AzureServer() as server:
        reply = ask(sentiment_service(resource(server)), [Item("  "), GOOD, Item("x" * 5_121), Item("y" * 1_001)])
    assert set(reply.answers) == {1, 3}
    assert reply.refused == {0: "InvalidDocument", 2: "InvalidDocument"}
    assert reply.usage == Usage(records=3)


def test_a_documents_passing_error_is_asked_again_and_a_lasting_one_is_not():
    faults = [
        Fault(azure_server.DOCUMENT_ERROR, code="InternalServerError", containing="lento", times=1),
        Fault(azure_server.DOCUMENT_ERROR, code="InvalidDocument", containing="lento"),
    ]
    with AzureServer(faults=faults) as server:
        service = sentiment_service(resource(server))
        assert ask(service, [GOOD, BAD]).flawed == {1: "InternalServerError"}
        assert ask(service, [GOOD, BAD]).refused == {1: "InvalidDocument"}


@pytest.mark.parametrize(
    ("kind", "flawed"),
    [
        (azure_server.MISSING, {1: "missing from the answer"}),
        (azure_server.FOREIGN, {1: "missing from the answer"}),
        (azure_server.REPEATED, {0: "answered more than once"}),
        (azure_server.GARBLED, {0: "garbled at sentiment"}),
        (azure_server.SHIFTED, {0: "its words do not stand where it says"}),
    ],
)
def test_a_flawed_answer_spoils_its_own_item_alone(kind: str, flawed: dict[int, str]):
    with AzureServer(faults=[Fault(kind)]) as server:
        reply = ask(sentiment_service(resource(server)), [GOOD, BAD])
    assert reply.flawed == flawed
    assert set(reply.answers) == {0, 1} - set(flawed)


@pytest.mark.parametrize(
    ("fault", "kind", "maybe_paid"),
    [
        (Fault(STATUS, status=500), "unavailable", False),
        (Fault(STATUS, status=502), "unavailable", False),
        (Fault(STATUS, status=503), "unavailable", False),
        (Fault(STATUS, status=401), "denied", False),
        (Fault(STATUS, status=403), "denied", False),
        (Fault(STATUS, status=403, code="QuotaExceeded"), "exhausted", False),
        (Fault(STATUS, status=404), "denied", False),
        (Fault(STATUS, status=400, code="InvalidDocumentBatch"), "too_large", False),
        (Fault(STATUS, status=400, code="InvalidRequestContent"), "rejected", False),
        (Fault(RESET), "unavailable", True),
        (Fault(HALF_BODY), "unavailable", True),
        (Fault(WRONG_BODY), "unavailable", True),
    ],
)
def test_failures_have_a_kind_and_say_whether_they_may_be_charged(fault: Fault, kind: str, maybe_paid: bool):
    with AzureServer(faults=[fault]) as server:
        problem = failure(server)
        assert len(server.record) == 1, "nothing is tried twice"
    assert (problem.kind, problem.maybe_paid) == (kind, maybe_paid)
    assert problem.status == (fault.status if fault.kind == STATUS else 200 if fault.kind == WRONG_BODY else None)
    assert "lento" not in str(problem) and KEY not in str(problem)


def test_a_429_says_how_long_to_wait_where_the_service_does():
    faults = [Fault(STATUS, status=429, retry_after=7, times=1), Fault(STATUS, status=429)]
    with AzureServer(faults=faults) as server:
        with_wait, without = failure(server), failure(server)
    assert (with_wait.kind, with_wait.retry_after) == ("rate_limited", 7.0)
    assert (without.kind, without.retry_after) == ("rate_limited", None)


def test_a_request_can_be_given_up_and_another_sent():
    with AzureServer(faults=[Fault(HANG, times=1)]) as server:
        service = sentiment_service(resource(server))
        with pytest.raises(TimeoutError):
            ask(service, [GOOD], timeout=0.2)
        assert ask(service, [GOOD]).answers


def test_an_address_where_nobody_listens_costs_nothing():
    with pytest.raises(ServiceFailure) as caught:
        ask(sentiment_service(AzureResource("http://127.0.0.1:1", KEY)), [GOOD])
    assert (caught.value.kind, caught.value.maybe_paid) == ("unreachable", False)


def test_more_documents_than_the_service_takes_are_too_many():
    with AzureServer() as server:
        problem = failure(server, [GOOD] * 11)
    assert problem.kind == "too_large"


def test_limits_are_those_of_the_service():
    there = AzureResource("https://fiber.cognitiveservices.azure.com/", KEY)
    sentiment, language = sentiment_service(there), language_service(there)
    assert (sentiment.limits.items, language.limits.items, personal_data_service(there).limits.items) == (10, 1000, 5)
    assert sentiment.limits.item_characters == 5120
    assert sentiment.endpoint == "fiber.cognitiveservices.azure.com"
    assert sentiment.quota == language.quota
    assert sentiment.measure([Item("x" * 1000), Item("x" * 1001), Item("")]) == Usage(records=4)
    assert KEY not in repr(there)


def test_the_largest_request_there_can_be_fits():
    most = language_service(AzureResource("http://localhost", KEY)).limits
    items = [Item("😀" * (most.request_characters // most.items))] * most.items
    with AzureServer() as server:
        reply = ask(language_service(resource(server)), items, timeout=30)
    assert len(reply.answers) == most.items


def test_a_wrong_key_is_denied_and_the_right_one_is_no_text_of_the_request():
    with AzureServer(keys=["another"]) as server:
        assert failure(server).kind == "denied"
    with AzureServer(keys=[KEY]) as server:
        ask(sentiment_service(resource(server)), [GOOD])
        server.record.assert_clean([KEY])


def test_texts_are_not_left_for_inspection():
    with AzureServer() as server:
        for service in (
            sentiment_service(resource(server)),
            language_service(resource(server)),
            personal_data_service(resource(server)),
        ):
            ask(service, [GOOD])
        assert all("loggingOptOut" in exchange.said for exchange in server.record)


def test_a_service_can_be_used_in_one_loop_after_another():
    with AzureServer() as server:
        service = sentiment_service(resource(server))
        assert ask(service, [GOOD]).answers == ask(service, [GOOD]).answers


def test_a_proxy_of_the_environment_is_gone_through_unless_it_says_not_to(monkeypatch: pytest.MonkeyPatch):
    nowhere = AzureResource("http://127.0.0.1:1", KEY)
    with AzureServer() as server:
        monkeypatch.setenv("http_proxy", server.base_url)
        monkeypatch.setenv("no_proxy", "example.com")
        assert set(ask(sentiment_service(nowhere), [GOOD]).answers) == {0}
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        with pytest.raises(ServiceFailure, match="no connection"):
            ask(sentiment_service(nowhere), [GOOD])


def test_languages_are_detected():
    with AzureServer() as server:
        items = [Item("El internet anda"), Item("the service"), Item("Ndaipóri señal"), Item("123")]
        reply = ask(language_service(resource(server)), items)
    assert [reply.answers[place]["language"] for place in range(4)] == ["es", "en", "gn", "(Unknown)"]
    assert reply.answers[0]["confidence"] == 0.99


def test_personal_data_is_found_in_its_place():
    item = Item("😀 me atendió Ramona Benítez, mandame a x@y.com")
    with AzureServer() as server:
        reply = ask(personal_data_service(resource(server)), [item])
    spans = reply.answers[0]["spans"]
    assert [(span["category"], words(item.text, span)) for span in spans] == [
        ("Person", "Ramona Benítez"),
        ("Email", "x@y.com"),
    ]


def test_two_tasks_share_no_answer():
    there = AzureResource("http://localhost", KEY)
    keys = {build(there).operation.key(GOOD) for build in (sentiment_service, language_service, personal_data_service)}
    assert len(keys) == 3


def test_an_exhausted_free_tier_is_told_from_a_missing_permission():
    body = '{"error": {"code": "403", "message": "Out of call volume quota for TextAnalytics F0 pricing tier."}}'
    assert failure_of_status(403, {}, body).kind == "exhausted"
    assert failure_of_status(403, {}, '{"error": {"code": "PermissionDenied"}}').kind == "denied"
    assert failure_of_status(403, {}, "<html>").kind == "denied"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "1.5"}, 1.5),
        ({"retry-after-ms": "250", "Retry-After": "1"}, 0.25),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:10 GMT", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 10.0),
        ({"Retry-After": "soon"}, None),
    ],
)
def test_a_wait_is_understood_however_it_is_written(headers: dict[str, str], seconds: float | None):
    assert retry_after(headers) == seconds
