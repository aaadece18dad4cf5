"""What asking Azure and Google costs beside bare HTTP: `python -m bench.api_services`, written to docs/benchmarks.md.

The services are the tests' servers, each in a process of its own, answering after 200 ms. Every client asks about the
same comments, ten a request, in a process of its own.
"""

import os
import platform
import sys
import tempfile
from datetime import date
from pathlib import Path

from bench.api import ROUNDS, Measured, distinct_comments, run
from bench.page import write_section
from fiber_pipeline_tests.servers.wire import serve_process

_LATENCY = 0.2
_CONCURRENCY = 10
_ITEMS = 10
_TEXTS = 5_000
_AZURE = ("bench.api_azure", "fiber_pipeline_tests.servers.azure_server")
_GOOGLE = ("bench.api_google", "fiber_pipeline_tests.servers.google_server")
# By service: what a client is called, the module that measures it, its name there, the server and how it is started.
# The first is the one the others are measured against.
_CLIENTS = {
    "Azure AI Language": (
        ("bare aiohttp", "bare", *_AZURE, ()),
        ("fiber_pipeline", "ours", *_AZURE, ()),
        ("azure-ai-textanalytics loop", "sdk", *_AZURE, ()),
    ),
    "Google Cloud Translation": (
        ("bare aiohttp (REST)", "bare", *_GOOGLE, ()),
        ("fiber_pipeline (gRPC)", "ours", *_GOOGLE, ("--grpc",)),
        ("fiber_pipeline (REST)", "ours", *_GOOGLE, ()),
        ("google-cloud-translate loop (gRPC)", "sdk", *_GOOGLE, ("--grpc",)),
    ),
}


def measure(texts: Path) -> dict[str, list[Measured]]:
    """Every client of every service, in turns."""
    results: dict[str, list[Measured]] = {}
    for service, clients in _CLIENTS.items():
        runs: dict[str, list[Measured]] = {}
        for _ in range(ROUNDS):
            for client, name, module, server, started in clients:
                with serve_process(server, *started, "--latency", str(_LATENCY)) as endpoint:
                    told = run([sys.executable, "-m", module, name, endpoint, str(texts), str(_CONCURRENCY)])
                print(f"{service}, {client}: {told}", flush=True)
                if told["answers"] != _TEXTS:
                    raise RuntimeError(f"{client} has {told['answers']} answers of {_TEXTS}")
                runs.setdefault(client, []).append(Measured(client, _CONCURRENCY, _TEXTS // _ITEMS, told, {}))
        results[service] = [Measured.median(each) for each in runs.values()]
    return results


def render(results: dict[str, list[Measured]]) -> str:
    """The results as a section of Markdown."""
    lines = [
        f"Written by `make bench-api` on {date.today():%Y-%m-%d}: {os.cpu_count()} cores, {platform.machine()}, Python "
        f"{platform.python_version()}. {_TEXTS:,} distinct comments, {_ITEMS} a request, {_CONCURRENCY} requests at "
        f"once, against local servers that answer after {_LATENCY * 1000:.0f} ms. Ours also plans, keeps each answer "
        "in the store and the costs in the books; the others only ask. Each row is the median of "
        f"{ROUNDS} runs in turns.",
        "",
        "| service | client | wall s | share of ideal throughput | CPU s per 1,000 requests | × bare | peak MB |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for service, clients in results.items():
        bare = clients[0].cpu_per_1000
        lines += [
            f"| {service} | {each.client} | {each.told['wall_seconds']:.1f} | {each.share_of_ideal:.3f} "
            f"| {each.cpu_per_1000:.2f} | {each.cpu_per_1000 / bare:.1f} | {each.told['peak_megabytes']:.0f} |"
            for each in clients
        ]
    return "\n".join(lines) + "\n"


def main() -> str:
    """Measure everything."""
    with tempfile.TemporaryDirectory(prefix="fiber-bench-") as folder:
        texts = Path(folder) / "texts.txt"
        texts.write_text("\n".join(distinct_comments(_TEXTS)), encoding="utf-8")
        return render(measure(texts))


if __name__ == "__main__":
    write_section("Azure and Google", main())
