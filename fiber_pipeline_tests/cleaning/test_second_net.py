from pathlib import Path

from fiber_pipeline.cleaning import Looked, redact
from fiber_pipeline.cleaning.second_net import _KINDS, SecondNet
from fiber_pipeline.services.azure import AzureResource, personal_data_service
from fiber_pipeline.services.azure.personal_data import CATEGORIES
from fiber_pipeline.text import MARKS
from fiber_pipeline_tests.servers import azure_server
from fiber_pipeline_tests.servers.azure_server import AzureServer
from fiber_pipeline_tests.servers.faults import Fault
from fiber_pipeline_tests.services.embedded import embedded_enricher


def net_at(server: AzureServer, folder: Path) -> SecondNet:
    return SecondNet(embedded_enricher(folder), [personal_data_service(AzureResource(server.base_url, "key"))])


def caught(server: AzureServer, folder: Path, *texts: str) -> Looked:
    return net_at(server, folder)(texts)


def test_what_the_first_net_let_through_is_replaced_by_the_same_marks(tmp_path: Path):
    texts = ("😀 Ysapy mi vecina tiene otro", "Anda bien", "Hablé con Arnaldo y con Ysapy, excelente")
    assert redact(texts[0]).text == texts[0], "the first net catches it by now: take another text"
    with AzureServer() as server:
        net = caught(server, tmp_path, *texts)
    assert [redaction.text for redaction in net.redactions] == [
        "😀 [NOMBRE] mi vecina tiene otro",
        "Anda bien",
        "Hablé con [NOMBRE] y con [NOMBRE], excelente",
    ]
    assert [redaction.types for redaction in net.redactions] == [("nombre",), (), ("nombre",)]
    assert not net.unchecked


def test_the_service_never_sees_what_our_own_redaction_finds(tmp_path: Path):
    secrets = ["0981 123 456", "maria@example.com", "4.123.456"]
    with AzureServer() as server:
        net = caught(server, tmp_path, "Llamen al 0981 123 456", "maria@example.com", "mi CI es 4.123.456, Ysapy")
        server.record.assert_clean(secrets)
    assert net.redactions[0].text == "Llamen al [TELEFONO]"
    assert net.redactions[1].types == ("email",)
    assert net.redactions[2].types == ("cedula", "nombre")


def test_marks_are_left_alone_and_a_text_of_nothing_else_is_not_sent(tmp_path: Path):
    texts = (MARKS["nombre"], "", "Ysapy " + MARKS["telefono"])
    with AzureServer() as server:
        net = caught(server, tmp_path, *texts)
        assert server.record.answered_items() == 1
    assert [redaction.text for redaction in net.redactions] == ["[NOMBRE]", "", "[NOMBRE] [TELEFONO]"]


def test_what_the_service_is_not_sure_of_stays(tmp_path: Path):
    with AzureServer() as server:
        net = caught(server, tmp_path, "Me pasé a Personal")
    assert net.redactions[0].text == "Me pasé a Personal"


def test_a_text_the_service_refuses_stays_as_it_was_and_is_named(tmp_path: Path):
    faults = [Fault(azure_server.DOCUMENT_ERROR, code="InvalidDocument", containing="vecina")]
    with AzureServer(faults=faults) as server:
        net = caught(server, tmp_path, "Ysapy mi vecina", "Y con Arnaldo anda")
    assert [redaction.text for redaction in net.redactions] == ["Ysapy mi vecina", "Y con [NOMBRE] anda"]
    assert net.unchecked == {0: "refused: InvalidDocument"}


def test_every_category_asked_for_has_a_mark():
    assert set(_KINDS) == set(CATEGORIES)
    assert set(_KINDS.values()) <= set(MARKS)


def test_it_plans_what_it_asks(tmp_path: Path):
    texts = ["Ysapy mi vecina", "", MARKS["nombre"], "Anda bien", "Anda bien"]
    with AzureServer() as server:
        net = net_at(server, tmp_path)
        plan = net.plan(texts)
        assert (plan.to_ask, plan.requests, plan.usage.records, plan.cost_usd) == (2, 1, 2, 0.002)
        assert len(server.record) == 0
        net(texts)
        assert server.record.answered_items() == 2
        assert net.plan(texts).to_ask == 0
