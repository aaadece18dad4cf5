"""Clients of Azure AI Language to measure: `python -m bench.api_azure CLIENT URL TEXTS N`.

TEXTS is a file with a comment a line; N is how many requests are under way at once, each about ten comments. Prints a
JSON object as `api_clients` does.

bare: aiohttp alone, which parses the reply and no more. sdk: Microsoft's package as its guide shows it. ours: the
enricher, which also plans, keeps each answer in a store of its own and the costs in the books.
"""

import asyncio
import json
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from azure.ai.textanalytics.aio import TextAnalyticsClient
from azure.core.credentials import AzureKeyCredential

from bench import api_clients, api_enricher
from fiber_pipeline.services.azure import AzureResource, sentiment_service
from fiber_pipeline.services.operation import Item

_KEY = "key-bench"
_ITEMS = 10
_PARAMETERS = {
    "modelVersion": "latest",
    "loggingOptOut": True,
    "opinionMining": True,
    "stringIndexType": "UnicodeCodePoint",
}


def bodies(texts: list[str]) -> list[dict[str, Any]]:
    """What is asked, ten comments a request."""
    return [
        {
            "kind": "SentimentAnalysis",
            "analysisInput": {
                "documents": [
                    {"id": str(place), "language": "es", "text": text}
                    for place, text in enumerate(texts[first : first + _ITEMS])
                ]
            },
            "parameters": _PARAMETERS,
        }
        for first in range(0, len(texts), _ITEMS)
    ]


@asynccontextmanager
async def bare(url: str, concurrency: int):  # type: ignore[no-untyped-def]
    """Yields what asks for one body and counts its answers."""
    connector = aiohttp.TCPConnector(limit=concurrency)
    async with aiohttp.ClientSession(connector=connector, headers={"Ocp-Apim-Subscription-Key": _KEY}) as session:

        async def ask(body: dict[str, Any]) -> int:
            asked = {"api-version": "2023-04-01", "showStats": "true"}
            async with session.post(f"{url}/language/:analyze-text", params=asked, json=body) as response:
                return len((await response.json())["results"]["documents"])

        yield ask


@asynccontextmanager
async def sdk(url: str, concurrency: int):  # type: ignore[no-untyped-def]
    """As `bare`."""
    async with TextAnalyticsClient(url, AzureKeyCredential(_KEY)) as client:

        async def ask(body: dict[str, Any]) -> int:
            answers = await client.analyze_sentiment(
                body["analysisInput"]["documents"],
                show_opinion_mining=True,
                show_stats=True,
                disable_service_logs=True,
            )
            return len(answers)

        yield ask


def main(client: str, url: str, texts: list[str], concurrency: int) -> dict[str, Any]:
    """Measure one client."""
    if client == "ours":
        # More than the test server is ever asked: what is measured is the asking, not the pacing.
        resource = AzureResource(url, _KEY, requests_per_minute=600_000)
        items = [Item(text, "es") for text in texts]
        return dict(api_enricher.measure(sentiment_service(resource), items, concurrency))
    opened = {"bare": bare, "sdk": sdk}[client](url, concurrency)
    return dict(asyncio.run(api_clients.measure(opened, bodies(texts), concurrency)))


if __name__ == "__main__":
    name, address, file, most = sys.argv[1:]
    lines = Path(file).read_text(encoding="utf-8").splitlines()
    print(json.dumps(main(name, address, lines, int(most))))
