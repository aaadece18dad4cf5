import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from fiber_pipeline.services.failures import ServiceFailure
from fiber_pipeline.services.google import GoogleProject
from fiber_pipeline.services.google.probe import probe
from fiber_pipeline_tests.servers.google_server import GoogleGrpcServer, GoogleRestServer


@pytest.fixture(params=[GoogleGrpcServer, GoogleRestServer], ids=["grpc", "rest"])
def make(request: pytest.FixtureRequest) -> Callable[..., Any]:
    return request.param


GLOSSARY = "projects/p/locations/us-central1/glossaries/trade"


def looked_at(endpoint: str, glossary: str | None = None) -> str:
    return asyncio.run(probe(GoogleProject("p", endpoint=endpoint, glossary=glossary), 5.0))


def problem(endpoint: str, glossary: str | None = None) -> ServiceFailure:
    with pytest.raises(ServiceFailure) as caught:
        looked_at(endpoint, glossary)
    return caught.value


def test_a_project_that_translates_guarani_is_well(make: Callable[..., Any]):
    with make() as server:
        assert "translates Guaraní" in looked_at(server.endpoint)
        assert server.record.answered_items() == 0


def test_a_glossary_is_looked_for_too(make: Callable[..., Any]):
    with make(glossaries={GLOSSARY: {}}) as server:
        assert "has the glossary" in looked_at(server.endpoint, GLOSSARY)
    with make() as server:
        missing = problem(server.endpoint, GLOSSARY)
    assert missing.kind == "denied"
    assert f"no glossary {GLOSSARY}" in str(missing)


def test_what_is_wrong_is_said(make: Callable[..., Any]):
    with make(projects=["another"]) as server:
        assert problem(server.endpoint).kind == "denied"
    with make() as server:
        server.translator.known -= {"gn"}
        assert "Guaraní" in str(problem(server.endpoint))


@pytest.mark.parametrize("endpoint", ["127.0.0.1:9", "http://127.0.0.1:9"])
def test_where_nobody_is_nobody_answers(endpoint: str):
    assert problem(endpoint).kind == "unreachable"
