"""How tests ask the OpenAI test server through the client."""

import asyncio
from collections.abc import Sequence
from functools import cache
from typing import Any

from fiber_pipeline.annotation.themes import load_taxonomy
from fiber_pipeline.services.openai.client import OpenAIService
from fiber_pipeline.services.openai.endpoints import OpenAIEndpoint
from fiber_pipeline.services.openai.operations import Question, annotate
from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.service import Reply
from fiber_pipeline_tests.servers.openai_server import OpenAIServer

MODEL = "gpt-4.1-mini"
KEY = "sk-planted-key-1234567890"


taxonomy = cache(load_taxonomy)


@cache
def annotation_question(model: str = MODEL) -> Question:
    return annotate(taxonomy().descriptions, model)


def endpoint(server: OpenAIServer, **parts: Any) -> OpenAIEndpoint:
    return OpenAIEndpoint(
        **{"base_url": f"{server.base_url}/v1", "served_as": MODEL, "name": "a", "api_key": KEY, **parts}
    )


def service(server: OpenAIServer, question: Question | None = None, **parts: Any) -> OpenAIService:
    return OpenAIService(question or annotation_question(), endpoint(server, **parts))


def ask(asked: OpenAIService, texts: Sequence[str], timeout: float = 5.0) -> Reply:
    async def send() -> Reply:
        try:
            async with asyncio.timeout(timeout):
                return (await asked.send([Item(text) for text in texts], timeout))()
        finally:
            await asked.aclose()

    return asyncio.run(send())
