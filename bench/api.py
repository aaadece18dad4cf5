"""What asking a service costs beside its own time: `python -m bench.api [--texts N]`, written to docs/benchmarks.md.

The service is the tests' OpenAI server, in a process of its own, answering after 200 ms. Every client sends the same
requests, ten distinct comments each, in a process of its own. Times vary with the machine; compare figures of one
table only.
"""

import argparse
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bench.api_enricher import MODEL, question
from bench.page import write_section
from bench.survey import survey
from fiber_pipeline.services.enrichment import Enricher
from fiber_pipeline.services.openai.client import OpenAIService
from fiber_pipeline.services.openai.endpoints import OpenAIEndpoint
from fiber_pipeline.services.openai.messages import write_request
from fiber_pipeline.services.operation import Item, text_hash
from fiber_pipeline.services.prices import Prices
from fiber_pipeline.services.service import Usage
from fiber_pipeline.services.store.answers import write_answer
from fiber_pipeline.services.store.opening import open_store
from fiber_pipeline.services.store.protocol import Budget, Intent, Kept, Settlement
from fiber_pipeline_tests.servers.openai_answers import annotation
from fiber_pipeline_tests.servers.wire import serve_process, told_record

_ROOT = Path(__file__).parents[1]
_SERVER = "fiber_pipeline_tests.servers.openai_server"
_LATENCY = 0.2
_CONCURRENCIES = (10, 50)
_ITEMS = 10
# Low enough to bind at both concurrencies; the server looks back ten seconds, so that a short run meets its limit.
_LIMIT, _WINDOW, _SHARE = 2400, 10, 0.96
_PLANNED = 50_000
_PEER = "instructor"
_IN_TURNS = ("bare aiohttp", "fiber_pipeline")
# The machine's speed moves by half within minutes: what is set against each other takes turns, and the median counts.
ROUNDS = 3


@dataclass(frozen=True)
class Measured:
    """A client's run: what it told, and what the server saw."""

    client: str
    concurrency: int
    requests: int
    told: dict[str, Any]
    seen: dict[str, Any]

    @property
    def share_of_ideal(self) -> float:
        """Of the throughput of so many requests always under way."""
        return self.requests * _LATENCY / self.concurrency / float(self.told["wall_seconds"])

    @staticmethod
    def median(runs: Sequence["Measured"]) -> "Measured":
        """The run of middling CPU time of one client's."""
        return sorted(runs, key=lambda each: each.cpu_per_1000)[len(runs) // 2]

    @property
    def cpu_per_1000(self) -> float:
        """CPU seconds for a thousand requests."""
        return float(self.told["cpu_seconds"]) / self.requests * 1000


def distinct_comments(count: int) -> list[str]:
    """Made-up comments, all different, in an order of their own."""
    found: dict[str, None] = {}
    for row in survey(60 * count):
        text = str(row[3])
        if len(text) > 12:
            found.setdefault(text)
        if len(found) == count:
            texts = list(found)
            random.Random(7).shuffle(texts)
            return texts
    raise RuntimeError(f"the made-up survey has {len(found)} distinct comments, not {count}")


@contextmanager
def peer_python() -> Iterator[str]:
    """A Python of its own for the public package we stand beside."""
    with tempfile.TemporaryDirectory(prefix="fiber-bench-peer-") as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder) / "bin" / "python")
        subprocess.run([python, "-m", "pip", "install", "--quiet", _PEER], check=True, stderr=subprocess.DEVNULL)
        yield python


def run(command: list[str]) -> dict[str, Any]:
    """What a measuring process tells."""
    done = subprocess.run(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def measure_clients(folder: Path, texts: list[str], peer: str | None) -> list[Measured]:
    """Every client at every concurrency, without rate limits; bare HTTP and ours in turns."""
    results = []
    ours = ["-m", "bench.api_enricher"]
    for concurrency in _CONCURRENCIES:
        clients = {"bare aiohttp": [sys.executable, "-m", "bench.api_clients", "bare"]}
        clients["fiber_pipeline"] = [sys.executable, *ours]
        clients["openai SDK loop"] = [sys.executable, "-m", "bench.api_clients", "sdk"]
        if peer is not None:
            clients[_PEER] = [peer, "-m", "bench.api_clients", "instructor"]
        runs: dict[str, list[Measured]] = {}
        for turn in range(ROUNDS):
            for name, command in clients.items():
                if turn and name not in _IN_TURNS:
                    continue
                with serve_process(_SERVER, "--latency", str(_LATENCY)) as url:
                    file = "texts.txt" if name == "fiber_pipeline" else "bodies.jsonl"
                    told = run([*command, url, str(folder / file), str(concurrency)])
                    measured = Measured(name, concurrency, len(texts) // _ITEMS, told, told_record(url))
                    runs.setdefault(name, []).append(_checked(measured))
        results += [Measured.median(each) for each in runs.values()]
    return results


def measure_paced(folder: Path, texts: list[str]) -> list[Measured]:
    """Ours against a limit of requests, known beforehand and not."""
    results = []
    for concurrency in _CONCURRENCIES:
        for name, known in (("limit set", [str(_LIMIT)]), ("limit from headers", [])):
            quota = ["--requests-per-minute", str(_LIMIT), "--window", str(_WINDOW)]
            with serve_process(_SERVER, "--latency", str(_LATENCY), *quota) as url:
                told = run(
                    [
                        sys.executable,
                        "-m",
                        "bench.api_enricher",
                        url,
                        str(folder / "texts.txt"),
                        str(concurrency),
                        *known,
                    ]
                )
                results.append(_checked(Measured(name, concurrency, len(texts) // _ITEMS, told, told_record(url))))
    return results


def measure_planning(folder: Path) -> float:
    """Seconds to plan texts that are all answered already."""
    asked = question()
    service = OpenAIService(asked, OpenAIEndpoint("http://localhost/v1", served_as=MODEL, name="bench"))
    items = [Item(text) for text in distinct_comments(_PLANNED)]
    store = open_store(None, folder / "full")
    operation = asked.operation
    for first in range(0, len(items), 1000):
        part = items[first : first + 1000]
        keys = tuple(operation.key(item) for item in part)
        intent = Intent(
            str(first),
            datetime.now(UTC),
            None,
            None,
            operation.provider,
            "bench",
            operation.name,
            operation.model,
            None,
            keys,
            0.0,
        )
        store.intend(intent, Budget())
        kept = [
            Kept(key, text_hash(item.text), write_answer(annotation(item.text)))
            for key, item in zip(keys, part, strict=True)
        ]
        store.settle(intent.call_id, Settlement("answered", Usage(), 0.0, 200.0), kept)
    enricher = Enricher(store, Prices())
    started = time.perf_counter()
    plan = enricher.plan([service], items)
    seconds = time.perf_counter() - started
    store.close()
    if plan.cached != _PLANNED:
        raise RuntimeError(f"{plan.cached} of {_PLANNED} texts were found")
    return seconds


def render(clients: list[Measured], paced: list[Measured], planning: float, texts: int) -> str:
    """The results as a section of Markdown."""
    bare = {each.concurrency: each.cpu_per_1000 for each in clients if each.client == "bare aiohttp"}
    lines = [
        f"Written by `make bench-api` on {date.today():%Y-%m-%d}: {os.cpu_count()} cores, {platform.machine()}, Python "
        f"{platform.python_version()}. {texts:,} distinct comments, {_ITEMS} a request, against a local server in a "
        f"process of its own that answers after {_LATENCY * 1000:.0f} ms. Every client asks for the same annotations. "
        "Ours also plans, keeps each answer in the store and the costs in the books; the others only ask. Of bare HTTP "
        f"and ours it is the median of {ROUNDS} runs in turns.",
        "",
        "| client | concurrency | wall s | share of ideal throughput | CPU s per 1,000 requests | × bare | peak MB |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {each.client} | {each.concurrency} | {each.told['wall_seconds']:.1f} | {each.share_of_ideal:.3f} "
        f"| {each.cpu_per_1000:.2f} | {each.cpu_per_1000 / bare[each.concurrency]:.1f} "
        f"| {each.told['peak_megabytes']:.0f} |"
        for each in clients
    ]
    lines += [
        "",
        f"Paced at 96 % of a limit of {_LIMIT:,} requests a minute, which the server keeps over any {_WINDOW} seconds:",
        "",
        "| limit | concurrency | wall s | × floor | 429s | requests sent again | unanswered |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for each in paced:
        floor = each.requests / (_LIMIT * _SHARE / 60)
        lines.append(
            f"| {each.client} | {each.concurrency} | {each.told['wall_seconds']:.1f} "
            f"| {each.told['wall_seconds'] / floor:.3f} | {each.seen['statuses'].get('429', 0)} "
            f"| {each.told['retries']} | {texts - each.told['answers']} |"
        )
    lines += ["", f"Planning {_PLANNED:,} texts that are all in the store: {planning:.2f} s."]
    return "\n".join(lines) + "\n"


def _checked(measured: Measured) -> Measured:
    print(f"{measured.client}, {measured.concurrency}: {measured.told}", flush=True)
    if measured.told["answers"] != measured.requests * _ITEMS:
        raise RuntimeError(f"{measured.client} has {measured.told['answers']} answers")
    return measured


def main(texts: int, *, with_peer: bool) -> str:
    """Measure everything."""
    with tempfile.TemporaryDirectory(prefix="fiber-bench-") as name:
        folder = Path(name)
        comments = distinct_comments(texts // _ITEMS * _ITEMS)
        (folder / "texts.txt").write_text("\n".join(comments), encoding="utf-8")
        asked = question()
        with (folder / "bodies.jsonl").open("w", encoding="utf-8") as stream:
            for first in range(0, len(comments), _ITEMS):
                items = [Item(text) for text in comments[first : first + _ITEMS]]
                stream.write(json.dumps(write_request(asked, items, MODEL, "chat")) + "\n")
        planning = measure_planning(folder)
        print(f"planning: {planning:.2f} s", flush=True)
        if with_peer:
            with peer_python() as python:
                clients = measure_clients(folder, comments, python)
        else:
            clients = measure_clients(folder, comments, None)
        return render(clients, measure_paced(folder, comments), planning, len(comments))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=20_000, help="comments to ask about")
    parser.add_argument("--without-peer", action="store_true", help=f"do not install and measure {_PEER}")
    chosen = parser.parse_args()
    write_section("External services", main(chosen.texts, with_peer=not chosen.without_peer))
