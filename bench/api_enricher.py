"""The enricher as a process to measure: `python -m bench.api_enricher URL TEXTS N [REQUESTS_PER_MINUTE]`.

TEXTS is a file with a comment a line; N is the concurrency. Asks OpenAI's `annotate` with a store of its own and
prints a JSON object: wall and CPU seconds of `Enricher.enrich` alone, peak memory in megabytes, answers, and what the
books say.
"""

import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bench.api_clients import peak_megabytes
from fiber_pipeline.annotation.themes import load_taxonomy
from fiber_pipeline.services.enrichment import Enricher
from fiber_pipeline.services.openai.client import OpenAIService
from fiber_pipeline.services.openai.endpoints import OpenAIEndpoint
from fiber_pipeline.services.openai.operations import Question, annotate
from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.policy import Policy
from fiber_pipeline.services.prices import Prices
from fiber_pipeline.services.service import Service
from fiber_pipeline.services.store.opening import open_store

MODEL = "gpt-4.1-mini"


def question() -> Question:
    """What is asked in every measurement."""
    return annotate(load_taxonomy().descriptions, MODEL)


def openai_service(url: str, requests_per_minute: float | None) -> Service:
    """OpenAI's service at a test server."""
    endpoint = OpenAIEndpoint(
        f"{url}/v1", served_as=MODEL, name="bench", api_key="sk-bench", requests_per_minute=requests_per_minute
    )
    return OpenAIService(question(), endpoint)


def measure(service: Service, items: list[Item], concurrency: int) -> dict[str, object]:
    """Enrich `items` once, with nothing stored."""
    with tempfile.TemporaryDirectory(prefix="fiber-bench-") as folder:
        store = open_store(None, Path(folder))
        enricher = Enricher(store, Prices(), policy=Policy(concurrency=concurrency))
        # As the others: what is made once, connection and all, is not measured.
        enricher.enrich([service], [Item("hola", items[0].language)])
        wall, cpu = time.perf_counter(), time.process_time()
        enriched = enricher.enrich([service], items)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        calls = list(store.calls())
        store.close()
    return {
        "wall_seconds": wall,
        "cpu_seconds": cpu,
        "peak_megabytes": peak_megabytes(),
        "answers": len(enriched.answers),
        "retries": sum(call["retries"] for call in calls),
        "statuses": Counter(call["status"] for call in calls),
    }


if __name__ == "__main__":
    address, file, most, *pace = sys.argv[1:]
    lines = Path(file).read_text(encoding="utf-8").splitlines()
    asked = openai_service(address, float(pace[0]) if pace else None)
    print(json.dumps(measure(asked, [Item(line) for line in lines], int(most))))
