"""Clients of Google Cloud Translation to measure: `python -m bench.api_google CLIENT ENDPOINT TEXTS N`.

As `api_azure`. ENDPOINT is `http://host:port` over REST and `host:port` over gRPC, for `ours`; bare speaks REST, and
sdk, Google's package as its guide shows it, gRPC.
"""

import asyncio
import json
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import grpc
from google.cloud.translate_v3 import TranslationServiceAsyncClient
from google.cloud.translate_v3.services.translation_service.transports import TranslationServiceGrpcAsyncIOTransport

from bench import api_clients, api_enricher
from fiber_pipeline.services.google import GoogleProject, translation_service
from fiber_pipeline.services.operation import Item

_PARENT = "projects/bench/locations/global"
_ITEMS = 10


def bodies(texts: list[str]) -> list[dict[str, Any]]:
    """What is asked, ten comments a request."""
    return [
        {
            "contents": texts[first : first + _ITEMS],
            "mimeType": "text/plain",
            "sourceLanguageCode": "gn",
            "targetLanguageCode": "es",
            "model": f"{_PARENT}/models/general/nmt",
        }
        for first in range(0, len(texts), _ITEMS)
    ]


@asynccontextmanager
async def bare(url: str, concurrency: int):  # type: ignore[no-untyped-def]
    """Yields what asks for one body and counts its answers."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=concurrency)) as session:

        async def ask(body: dict[str, Any]) -> int:
            async with session.post(f"{url}/v3/{_PARENT}:translateText", json=body) as response:
                return len((await response.json())["translations"])

        yield ask


@asynccontextmanager
async def sdk(endpoint: str, concurrency: int):  # type: ignore[no-untyped-def]
    """As `bare`."""
    async with grpc.aio.insecure_channel(endpoint) as channel:
        client = TranslationServiceAsyncClient(transport=TranslationServiceGrpcAsyncIOTransport(channel=channel))

        async def ask(body: dict[str, Any]) -> int:
            reply = await client.translate_text(
                request={
                    "parent": _PARENT,
                    "contents": body["contents"],
                    "mime_type": body["mimeType"],
                    "source_language_code": body["sourceLanguageCode"],
                    "target_language_code": body["targetLanguageCode"],
                    "model": body["model"],
                }
            )
            return len([translation.translated_text for translation in reply.translations])

        yield ask


def main(client: str, endpoint: str, texts: list[str], concurrency: int) -> dict[str, Any]:
    """Measure one client."""
    if client == "ours":
        service = translation_service(GoogleProject("bench", endpoint=endpoint))
        return dict(api_enricher.measure(service, [Item(text, "gn") for text in texts], concurrency))
    opened = {"bare": bare, "sdk": sdk}[client](endpoint, concurrency)
    return dict(asyncio.run(api_clients.measure(opened, bodies(texts), concurrency)))


if __name__ == "__main__":
    name, address, file, most = sys.argv[1:]
    lines = Path(file).read_text(encoding="utf-8").splitlines()
    print(json.dumps(main(name, address, lines, int(most))))
