"""Services looked at without paying."""

import asyncio
from collections.abc import Coroutine

import pytest

from fiber_pipeline.services.azure import AzureResource
from fiber_pipeline.services.azure.probe import probe as probe_azure
from fiber_pipeline.services.failures import ServiceFailure
from fiber_pipeline.services.openai.endpoints import OpenAIEndpoint
from fiber_pipeline.services.openai.probe import probe as probe_openai
from fiber_pipeline_tests.servers.azure_server import AzureServer
from fiber_pipeline_tests.servers.faults import Fault
from fiber_pipeline_tests.servers.openai_server import OpenAIServer

NOWHERE = "http://127.0.0.1:9"


def endpoint(base_url: str, model: str = "m", key: str = "right") -> OpenAIEndpoint:
    return OpenAIEndpoint(f"{base_url}/v1", model, "here", key)


def problem(probing: Coroutine[None, None, str]) -> ServiceFailure:
    with pytest.raises(ServiceFailure) as caught:
        asyncio.run(probing)
    return caught.value


def test_openai_answers_for_a_model_it_serves():
    with OpenAIServer(keys=["right"], models=["m"]) as server:
        assert asyncio.run(probe_openai(endpoint(server.base_url), 5)) == "answers, and serves m"
        assert server.record.answered_items() == 0


def test_openai_tells_a_wrong_key_from_a_wrong_model():
    with OpenAIServer(keys=["right"], models=["m"]) as server:
        assert problem(probe_openai(endpoint(server.base_url, key="wrong"), 5)).status == 401
        assert "no model n; it has m" in str(problem(probe_openai(endpoint(server.base_url, model="n"), 5)))


def test_a_server_that_lists_no_models_will_do():
    with OpenAIServer(faults=[Fault("status", status=404, path="/models")]) as server:
        assert "does not say which models" in asyncio.run(probe_openai(endpoint(server.base_url), 5))


def test_a_key_is_not_carried_to_another_address():
    async def probed_by_way_of(location: str) -> str:
        async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(f"HTTP/1.1 308 Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode())
            await writer.drain()
            writer.close()

        async with await asyncio.start_server(redirect, "127.0.0.1", 0) as moved:
            return await probe_openai(endpoint(f"http://127.0.0.1:{moved.sockets[0].getsockname()[1]}"), 5)

    with OpenAIServer(models=["m"]) as server:
        caught = problem(probed_by_way_of(f"{server.base_url}/v1/models"))
        assert not list(server.record)
    assert (caught.kind, caught.status) == ("denied", 308)


def test_azure_tells_whether_it_takes_the_key():
    with AzureServer(keys=["right"]) as server:
        assert asyncio.run(probe_azure(AzureResource(server.base_url, "right"), 5)) == "answers, and takes the key"
        assert problem(probe_azure(AzureResource(server.base_url, "wrong"), 5)).kind == "denied"
        assert server.record.answered_items() == 0


def test_nobody_there_and_no_answer_in_time():
    assert problem(probe_openai(endpoint(NOWHERE), 5)).kind == "unreachable"
    assert problem(probe_azure(AzureResource(NOWHERE, "k"), 5)).kind == "unreachable"
    with OpenAIServer(faults=[Fault("hang")]) as server:
        assert problem(probe_openai(endpoint(server.base_url), 0.2)).kind == "timed_out"
    with AzureServer(faults=[Fault("hang")]) as server:
        assert problem(probe_azure(AzureResource(server.base_url, "k"), 0.2)).kind == "timed_out"
