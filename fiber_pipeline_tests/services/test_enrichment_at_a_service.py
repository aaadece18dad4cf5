"""The enricher with OpenAI's own package against a server that fails as the service does: nothing is lost, nothing is
paid for twice, and what the service will not answer is said with its reason."""

from pathlib import Path

import pytest

from fiber_pipeline.services.enrichment import Enricher
from fiber_pipeline.services.openai.client import OpenAIService
from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.policy import Policy
from fiber_pipeline.services.prices import Prices
from fiber_pipeline.services.store.opening import open_store
from fiber_pipeline_tests.servers.faults import Fault
from fiber_pipeline_tests.servers.openai_server import OpenAIServer
from fiber_pipeline_tests.services.openai.asking import service

POLICY = Policy(
    concurrency=8, request_seconds=1.0, item_seconds=20.0, first_pause_seconds=0.02, longest_pause_seconds=0.2
)
ITEMS = [Item(f"El internet se corta {number} veces por semana.") for number in range(200)]


def enricher(folder: Path) -> Enricher:
    return Enricher(open_store(None, folder), Prices(), policy=POLICY)


def asking(server: OpenAIServer, **parts: object) -> OpenAIService:
    return service(server, **parts)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[int, object]:
    with OpenAIServer() as server:
        return dict(enricher(tmp_path_factory.mktemp("undisturbed")).enrich([asking(server)], ITEMS).answers)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", status=503, requests={2, 5, 6}),
        Fault("status", status=500, requests=range(1, 30, 4)),
        Fault("status", status=429, requests={1, 9}, retry_after=0.3),
        Fault("reset", requests={3, 4}),
        Fault("half_body", requests={3, 7}),
        Fault("wrong_body", requests={4}),
        Fault("hang", requests={4}),
        Fault("missing", requests={2, 3}),
        Fault("repeated", requests={2, 3}),
        Fault("foreign", requests={2, 3}),
        Fault("garbled", requests={2, 3}),
        Fault("no_json", requests={5}),
        Fault("length", requests={1, 2}),
        Fault("refusal", requests={6}),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}" if fault.kind == "status" else fault.kind,
)
def test_what_goes_wrong_once_is_mended_and_ends_as_if_nothing_had_happened(
    fault: Fault, undisturbed: dict[int, object], tmp_path: Path
):
    with OpenAIServer(faults=[fault]) as server:
        enriched = enricher(tmp_path).enrich([asking(server)], ITEMS)
        assert enriched.unanswered == {}
        assert enriched.answers == undisturbed
        assert any(exchange.fault for exchange in server.record)
        asked = len(server.record)
        assert enricher(tmp_path).enrich([asking(server)], ITEMS).answers == undisturbed
        assert len(server.record) == asked


def test_a_text_the_model_will_not_answer_is_the_only_one_left(undisturbed: dict[int, object], tmp_path: Path):
    with OpenAIServer(faults=[Fault("refusal", containing="corta 77 veces")]) as server:
        enriched = enricher(tmp_path).enrich([asking(server)], ITEMS)
    assert list(enriched.unanswered) == [77]
    assert enriched.answers == {place: answer for place, answer in undisturbed.items() if place != 77}


def test_an_account_without_credit_is_asked_no_more(tmp_path: Path):
    with OpenAIServer(faults=[Fault("status", status=429, code="insufficient_quota")]) as server:
        enriched = enricher(tmp_path).enrich([asking(server)], ITEMS)
        assert len(enriched.unanswered) == len(ITEMS)
        assert len(server.record) <= POLICY.concurrency


@pytest.mark.parametrize("known", [True, False], ids=["limit set", "limit from headers"])
def test_a_limit_loses_nothing_and_is_hardly_ever_met(known: bool, undisturbed: dict[int, object], tmp_path: Path):
    # Ten requests in half a second, half of what there is to ask. So short a window forgives no jitter of a busy
    # machine, where a minute's does.
    with OpenAIServer(requests_per_minute=1200, window=0.5) as server:
        limits = {"requests_per_minute": 1200} if known else {}
        assert enricher(tmp_path).enrich([asking(server, **limits)], ITEMS).answers == undisturbed
        assert server.record.statuses().get(429, 0) <= 5


def test_two_endpoints_share_the_load_and_one_stands_in_for_the_other(undisturbed: dict[int, object], tmp_path: Path):
    with OpenAIServer(latency=0.02) as one, OpenAIServer(latency=0.02, faults=[Fault("status", status=503)]) as down:
        services = [asking(one, name="a"), asking(down, name="b")]
        assert enricher(tmp_path).enrich(services, ITEMS).answers == undisturbed
        assert 1 <= len(down.record) < len(one.record)
