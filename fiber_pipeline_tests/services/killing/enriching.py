"""A run that enriches texts, as a process that can be killed."""

import json
import os
import signal
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from fiber_pipeline.services.caller import calling
from fiber_pipeline.services.enrichment import Enricher
from fiber_pipeline.services.openai.client import OpenAIService
from fiber_pipeline.services.openai.endpoints import OpenAIEndpoint
from fiber_pipeline.services.openai.operations import translate
from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.policy import Policy
from fiber_pipeline.services.prices import Prices
from fiber_pipeline.services.store.opening import open_store
from fiber_pipeline_tests.processes import PROCESSES

CONCURRENCY = 5
MODEL = "gpt-4.1-mini"
TEXTS = [f"Che internet {number} ndoikói porã." for number in range(300)]
QUESTION = translate(MODEL)
KEYS = [QUESTION.operation.key(Item(text)) for text in TEXTS]


def begin(base_url: str, folder: Path) -> ForkServerProcess:
    """A process that enriches all of `TEXTS` and writes its answers to `answers.json`."""
    process = PROCESSES.Process(target=_enrich, args=(base_url, folder))
    process.start()
    return process


def kill(process: ForkServerProcess) -> None:
    """As an out-of-memory killer does: nothing in the process runs any more."""
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join(20)
    assert process.exitcode in (-signal.SIGKILL, 0)


def finish(process: ForkServerProcess, folder: Path) -> dict[str, object]:
    """Its answers, once it has ended by itself."""
    process.join(60)
    assert process.exitcode == 0
    return dict(json.loads((folder / "answers.json").read_text()))


def _enrich(base_url: str, folder: Path) -> None:
    endpoint = OpenAIEndpoint(base_url=f"{base_url}/v1", served_as=MODEL, name="local", api_key="sk-test")
    store = open_store(None, folder)
    with calling("run-1", "batch.xlsx"):
        enricher = Enricher(store, Prices(), policy=Policy(concurrency=CONCURRENCY))
        enriched = enricher.enrich([OpenAIService(QUESTION, endpoint)], [Item(text) for text in TEXTS])
    assert not enriched.unanswered
    store.close()
    (folder / "answers.json").write_text(json.dumps({TEXTS[place]: said for place, said in enriched.answers.items()}))
