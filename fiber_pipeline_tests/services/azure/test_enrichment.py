"""Texts asked about through all that stands between an engine and the service, while the service has a bad day."""

from pathlib import Path

from fiber_pipeline.services.azure import AzureResource, AzureService, sentiment_service
from fiber_pipeline.services.operation import Item
from fiber_pipeline_tests.servers import azure_server
from fiber_pipeline_tests.servers.azure_server import AzureServer
from fiber_pipeline_tests.servers.faults import HALF_BODY, RESET, STATUS, WRONG_BODY, Fault
from fiber_pipeline_tests.services.embedded import embedded_enricher

TEXTS = [Item(f"El internet es lento y la atención excelente, número {number}") for number in range(120)]
BAD_DAY = (
    Fault(STATUS, status=503, requests=range(2, 99, 7)),
    Fault(STATUS, status=429, requests=range(3, 99, 7)),
    Fault(RESET, requests={4, 15}),
    Fault(HALF_BODY, requests={5}),
    Fault(WRONG_BODY, requests={6}),
    Fault(azure_server.MISSING, requests={7}),
    Fault(azure_server.GARBLED, requests={8}),
    Fault(azure_server.SHIFTED, requests={11}),
)


def service(server: AzureServer) -> AzureService:
    return sentiment_service(AzureResource(server.base_url, "key", requests_per_minute=60_000))


def test_no_text_is_lost_and_every_answer_is_the_one_of_a_good_day(tmp_path: Path):
    with AzureServer() as server:
        good = embedded_enricher(tmp_path / "good").enrich([service(server)], TEXTS)
    with AzureServer(faults=BAD_DAY) as server:
        bad = embedded_enricher(tmp_path / "bad").enrich([service(server)], TEXTS)
        assert len(server.record.statuses()) > 2
    assert not bad.unanswered
    assert bad.answers == good.answers


def test_the_books_hold_what_the_service_counted(tmp_path: Path):
    enricher = embedded_enricher(tmp_path)
    with AzureServer() as server:
        enricher.enrich([service(server)], [Item("x" * 1_500), Item("Anda"), Item("  ")])
    (call,) = enricher.store.calls()
    # The blank text was refused, and a refusal costs nothing.
    assert (call["status"], call["items"], call["records"], call["cost_usd"]) == ("answered", 3, 3, 0.003)
    assert (call["provider"], call["operation"], call["endpoint"]) == ("azure", "sentiment", service(server).endpoint)
    assert call["request_id"]
