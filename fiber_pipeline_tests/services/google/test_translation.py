"""The service over both transports, against servers that speak its protocol, through Google's SDK."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import requests
from google.api_core import exceptions
from google.auth.exceptions import DefaultCredentialsError, TransportError

from fiber_pipeline.services.failures import ServiceFailure
from fiber_pipeline.services.google import GoogleProject, GoogleService, translation_service
from fiber_pipeline.services.google.failures import failure_of
from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.service import Reply, Usage
from fiber_pipeline_tests.servers import google_answers
from fiber_pipeline_tests.servers.faults import HALF_BODY, HANG, RESET, STATUS, WRONG_BODY, Fault
from fiber_pipeline_tests.servers.google_server import DAILY, GoogleGrpcServer, GoogleRestServer

Server = GoogleGrpcServer | GoogleRestServer
GLOSSARY = "projects/p/locations/us-central1/glossaries/trade"
GUARANI = Item("Ndaipóri señal", "gn")


@pytest.fixture(params=[GoogleGrpcServer, GoogleRestServer], ids=["grpc", "rest"])
def make(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """A server of either transport."""
    return request.param


def service(server: Server, target: str = "es", **project: Any) -> GoogleService:
    return translation_service(GoogleProject("p", endpoint=server.endpoint, **project), target)


def ask(asked: GoogleService, items: Sequence[Item] = (GUARANI,), timeout: float = 5.0) -> Reply:
    async def send() -> Reply:
        try:
            async with asyncio.timeout(timeout):
                return (await asked.send(items, timeout))()
        finally:
            await asked.aclose()

    return asyncio.run(send())


def failure(server: Server, items: Sequence[Item] = (GUARANI,), timeout: float = 5.0, **project: Any) -> ServiceFailure:
    with pytest.raises(ServiceFailure) as caught:
        ask(service(server, **project), items, timeout)
    return caught.value


def test_texts_come_back_in_their_places_with_the_model_that_translated_them(make: Callable[..., Any]):
    with make() as server:
        reply = ask(service(server), [GUARANI, Item("Iporã che wifi 😀", "gn")])
    assert reply.answers == {
        0: {"text": "no hay señal", "model": "general/nmt"},
        1: {"text": "es lindo mi wifi 😀", "model": "general/nmt"},
    }
    assert reply.usage == Usage(characters=30)
    assert not reply.flawed and not reply.refused


def test_apostrophes_are_no_html(make: Callable[..., Any]):
    with make() as server:
        reply = ask(service(server), [Item("Che'ỹre & <b>", "gn")])
    assert reply.answers[0]["text"] == "Che'ỹre & <b>"


def test_without_a_language_the_service_finds_it_out(make: Callable[..., Any]):
    with make() as server:
        assert ask(service(server), [Item("Ndaipóri")]).answers[0]["text"] == "no hay"


def test_texts_in_two_languages_are_two_requests():
    with pytest.raises(ValueError, match="one language"):
        ask(translation_service(GoogleProject("p", endpoint="127.0.0.1:1")), [GUARANI, Item("hi", "en")])


def test_english_is_an_operation_of_its_own(make: Callable[..., Any]):
    with make() as server:
        english = service(server, "en")
        assert ask(english).answers[0]["text"] == "there is no señal"
        assert english.operation.key(GUARANI) != service(server).operation.key(GUARANI)
        assert english.quota == service(server).quota


def test_a_glossary_is_used_on_the_way_to_spanish_in_its_own_region(make: Callable[..., Any]):
    with make(glossaries={GLOSSARY: {"señal": "cobertura"}}) as server:
        with_glossary = service(server, glossary=GLOSSARY)
        assert ask(with_glossary).answers[0]["text"] == "no hay cobertura"
        assert "cobertura" not in ask(service(server, "en", glossary=GLOSSARY)).answers[0]["text"]
        assert with_glossary.operation.key(GUARANI) != service(server).operation.key(GUARANI)
        assert failure(server, glossary=GLOSSARY, location="europe-west1").kind == "denied"
        assert failure(server, glossary=GLOSSARY.replace("trade", "none")).kind == "denied"


@pytest.mark.parametrize("language", ["en", None])
def test_a_glossary_is_of_guarani_and_what_is_in_another_language_goes_without(
    make: Callable[..., Any], language: str | None
):
    with make(glossaries={GLOSSARY: {"señal": "cobertura"}}) as server:
        reply = ask(service(server, glossary=GLOSSARY), [Item("the señal", language)])
    assert reply.answers[0]["text"] == "the señal"


@pytest.mark.parametrize("fault", [google_answers.TRANSLATED_MARK, google_answers.RESPELT_MARK])
def test_marks_are_repaired(make: Callable[..., Any], fault: str):
    with make(faults=[Fault(fault)]) as server:
        reply = ask(service(server), [Item("Che [TELEFONO]", "gn")])
    assert reply.answers[0]["text"] == "mi [TELEFONO]"


@pytest.mark.parametrize(
    ("fault", "flawed"),
    [
        (google_answers.LOST_MARK, {1: "a redaction mark was lost or changed"}),
        (google_answers.EMPTY, {0: "an empty translation", 1: "a redaction mark was lost or changed"}),
        (google_answers.MISSING, dict.fromkeys((0, 1), "1 translations for 2 texts")),
    ],
)
def test_what_cannot_be_told_or_repaired_is_asked_again(make: Callable[..., Any], fault: str, flawed: dict[int, str]):
    with make(faults=[Fault(fault)]) as server:
        reply = ask(service(server), [GUARANI, Item("Che [TELEFONO]", "gn")])
    assert reply.flawed == flawed
    assert set(reply.answers) == {0, 1} - set(flawed)
    assert reply.usage == Usage(characters=28)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(STATUS, status=400), "rejected"),
        (Fault(STATUS, status=401), "denied"),
        (Fault(STATUS, status=403), "denied"),
        (Fault(STATUS, status=404), "denied"),
        (Fault(STATUS, status=429), "rate_limited"),
        (Fault(STATUS, status=429, code=DAILY), "exhausted"),
        (Fault(STATUS, status=500), "unavailable"),
        (Fault(STATUS, status=503), "unavailable"),
    ],
)
def test_failures_have_a_kind_and_nothing_is_tried_twice(make: Callable[..., Any], fault: Fault, kind: str):
    with make(faults=[fault]) as server:
        problem = failure(server)
        assert len(server.record) == 1
    assert (problem.kind, problem.maybe_paid) == (kind, False)
    # Over REST a 401 asks for fresh credentials, and the failure is that there are none.
    assert problem.status == fault.status or fault.status == 401
    assert "señal" not in str(problem)


def test_a_wait_is_passed_on(make: Callable[..., Any]):
    with make(faults=[Fault(STATUS, status=429, retry_after=2.5)]) as server:
        problem = failure(server)
    assert (problem.kind, problem.retry_after) == ("rate_limited", 2.5)


def test_a_request_over_the_quota_is_rate_limited(make: Callable[..., Any]):
    with make(requests_per_minute=1) as server:
        ask(service(server))
        assert failure(server).kind == "rate_limited"


def test_a_service_that_does_not_answer_may_have_been_paid():
    async def wait_for(asked: GoogleService) -> None:
        try:
            await asked.send([GUARANI], 0.3)
        finally:
            await asked.aclose()

    with GoogleGrpcServer(faults=[Fault(HANG)]) as server, pytest.raises(ServiceFailure) as caught:
        asyncio.run(wait_for(service(server)))
    assert (caught.value.kind, caught.value.maybe_paid) == ("timed_out", True)


def test_a_request_can_be_given_up_and_another_sent(make: Callable[..., Any]):
    with make(faults=[Fault(HANG, times=1)]) as server:
        asked = service(server)
        with pytest.raises(TimeoutError):
            asyncio.run(given_up(asked))
        assert ask(asked).answers


async def given_up(asked: GoogleService) -> None:
    async with asyncio.timeout(0.2):
        await asked.send([GUARANI], 5.0)


@pytest.mark.parametrize("fault", [RESET, HALF_BODY, WRONG_BODY])
def test_an_answer_that_breaks_off_may_have_been_paid(fault: str):
    with GoogleRestServer(faults=[Fault(fault)]) as server:
        problem = failure(server)
        assert len(server.record) == 1
    assert (problem.kind, problem.maybe_paid) == ("unavailable", True)


def test_a_server_that_dies_may_have_been_paid():
    with GoogleGrpcServer(faults=[Fault(HANG)]) as server:
        asked = service(server)

        async def die() -> None:
            sending = asyncio.create_task(asked.send([GUARANI], 5.0))
            await asyncio.to_thread(server.record.wait_for, lambda record: len(record) == 1)
            await asyncio.to_thread(server.stop)
            try:
                await sending
            finally:
                await asked.aclose()

        with pytest.raises(ServiceFailure) as caught:
            asyncio.run(die())
    assert (caught.value.kind, caught.value.maybe_paid) == ("unavailable", True)


@pytest.mark.parametrize("endpoint", ["127.0.0.1:1", "http://127.0.0.1:1"])
def test_an_address_where_nobody_listens_costs_nothing(endpoint: str):
    with pytest.raises(ServiceFailure) as caught:
        ask(translation_service(GoogleProject("p", endpoint=endpoint)))
    assert (caught.value.kind, caught.value.maybe_paid) == ("unreachable", False)


def test_the_largest_request_there_can_be_fits(make: Callable[..., Any]):
    with make() as server:
        limits = service(server).limits
        many = [Item("a" * (limits.request_characters // limits.items), "gn")] * limits.items
        assert len(ask(service(server), many).answers) == limits.items
        assert len(ask(service(server), [Item("ã" * limits.item_characters, "gn")]).answers) == 1


def test_what_is_too_large_for_the_service_is_known_as_such(make: Callable[..., Any]):
    with make() as server:
        assert failure(server, [GUARANI] * 1_025).kind == "too_large"
        assert failure(server, [Item("a" * 30_721, "gn")]).kind == "too_large"


def test_an_unknown_project_and_an_unknown_language_are_final(make: Callable[..., Any]):
    with make(projects=["another"]) as server:
        assert failure(server).kind == "denied"
    with make() as server:
        assert failure(server, [Item("x", "xx")]).kind == "denied"


def test_a_service_can_be_used_in_one_loop_after_another(make: Callable[..., Any]):
    with make() as server:
        asked = service(server)
        assert ask(asked).answers == ask(asked).answers


def test_requests_run_side_by_side(make: Callable[..., Any]):
    async def send(asked: GoogleService, server: Server) -> None:
        sending = [asyncio.create_task(asked.send([GUARANI], 20.0)) for _ in range(20)]
        # None is answered, so that all of them come only if none waits for another.
        await asyncio.to_thread(server.record.wait_for, lambda record: len(record) == 20)
        for task in sending:
            task.cancel()
        await asyncio.wait(sending)
        await asked.aclose()

    with make(faults=[Fault(HANG)]) as server:
        asyncio.run(send(service(server), server))


def test_where_and_how_a_project_is_reached():
    assert GoogleProject("p").host == "translate.googleapis.com"
    assert not GoogleProject("p").is_rest
    rest = GoogleProject("p", endpoint="https://translate-eu.googleapis.com")
    assert (rest.host, rest.is_rest, rest.is_loopback) == ("translate-eu.googleapis.com", True, False)
    assert not GoogleProject("p", endpoint="translate-eu.googleapis.com:443").is_loopback
    assert GoogleProject("p", endpoint="localhost:80").is_loopback
    assert GoogleProject("p", endpoint="[::1]:80").is_loopback
    assert not GoogleProject("p", endpoint="127.0.0.1.example.com:80").is_loopback
    assert GoogleProject("p").parent == "projects/p/locations/global"
    assert GoogleProject("p", glossary=GLOSSARY).parent == "projects/p/locations/us-central1"
    assert GoogleProject("p", location="europe-west1").parent == "projects/p/locations/europe-west1"


def test_a_glossary_that_is_none_is_refused_at_once():
    with pytest.raises(ValueError, match="a glossary is named"):
        GoogleProject("p", glossary="trade")


def test_credentials_that_are_not_there_are_denied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))
    with pytest.raises(ServiceFailure) as caught:
        ask(translation_service(GoogleProject("p", endpoint="translate.example.com")))
    assert caught.value.kind == "denied"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (exceptions.Forbidden("User Rate Limit Exceeded"), "rate_limited"),
        (exceptions.Forbidden("Daily Limit Exceeded"), "exhausted"),
        (exceptions.Forbidden("The API requires a quota project, which is not set by default"), "denied"),
        (exceptions.Forbidden("The caller does not have permission"), "denied"),
        (
            exceptions.ResourceExhausted("Quota exceeded", error_info={"metadata": {"quota_unit": "1/d/{p}"}}),
            "exhausted",
        ),
        (exceptions.FailedPrecondition("Glossary is being created"), "denied"),
        (exceptions.GatewayTimeout("slow"), "timed_out"),
        (exceptions.BadGateway("bad"), "unavailable"),
        (DefaultCredentialsError("none"), "denied"),
        (TransportError("no sign-in"), "unreachable"),
        (requests.exceptions.ReadTimeout(), "timed_out"),
        (requests.exceptions.ConnectTimeout(), "unreachable"),
    ],
)
def test_errors_that_come_in_several_guises(error: Exception, kind: str):
    assert failure_of(error).kind == kind
