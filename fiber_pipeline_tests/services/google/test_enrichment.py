"""Texts translated through all that stands between an engine and the service, while the service has a bad day."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fiber_pipeline.services.google import GoogleProject, GoogleService, translation_service
from fiber_pipeline.services.operation import Item
from fiber_pipeline_tests.servers import google_answers
from fiber_pipeline_tests.servers.faults import RESET, STATUS, Fault
from fiber_pipeline_tests.servers.google_server import GoogleGrpcServer, GoogleRestServer
from fiber_pipeline_tests.services.embedded import embedded_enricher

TEXTS = [Item(f"Ndaipóri señal [TELEFONO], che {number}", "gn") for number in range(120)]
BAD_DAY = (
    Fault(STATUS, status=503, requests=range(2, 99, 7)),
    Fault(STATUS, status=429, retry_after=0.05, requests=range(3, 99, 7)),
    Fault(google_answers.MISSING, requests={4}),
    Fault(google_answers.LOST_MARK, requests={5}),
    Fault(google_answers.EMPTY, requests={6}),
    # Over gRPC there is no such fault, and all goes well.
    Fault(RESET, requests={8}),
)


def service(endpoint: str) -> GoogleService:
    return translation_service(GoogleProject("p", endpoint=endpoint))


@pytest.mark.parametrize("make", [GoogleGrpcServer, GoogleRestServer])
def test_no_text_is_lost_and_every_answer_is_the_one_of_a_good_day(make: Callable[..., Any], tmp_path: Path):
    with make() as server:
        good = embedded_enricher(tmp_path / "good").enrich([service(server.endpoint)], TEXTS)
    with make(faults=BAD_DAY) as server:
        bad = embedded_enricher(tmp_path / "bad").enrich([service(server.endpoint)], TEXTS)
        assert {200, 429, 503} <= set(server.record.statuses())
    assert not bad.unanswered
    assert bad.answers == good.answers


def test_the_books_hold_every_character_sent(tmp_path: Path):
    enricher = embedded_enricher(tmp_path)
    with GoogleGrpcServer() as server:
        enricher.enrich([service(server.endpoint)], [Item("Iporã 😀", "gn"), Item("che", "gn")])
    (call,) = enricher.store.calls()
    assert (call["status"], call["items"], call["characters"]) == ("answered", 2, 10)
    assert call["cost_usd"] == pytest.approx(10 * 20 / 1e6)
