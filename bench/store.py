"""What the response store takes: `python -m bench.store [--texts N]`, printed as a table.

Each store is measured plain and sealed, in this process, with answers as a language model gives them about a comment:
writing them down request by request (intend and settle, ten answers each), finding all of them again at once, and
finding half of what is asked for. Redis runs on this machine, over a socket, with its append-only file.
"""

import argparse
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fiber_pipeline.services.operation import Item, Operation, text_hash
from fiber_pipeline.services.service import Usage
from fiber_pipeline.services.store.answers import write_answer
from fiber_pipeline.services.store.opening import open_store
from fiber_pipeline.services.store.protocol import Budget, Intent, Kept, ResponseStore, Settlement
from fiber_pipeline_tests.services.store.redis_server import redis_server

_ITEMS = 10
_LOOKS = 3
_KEY = "a key for measuring"
_OPERATION = Operation("openai", "annotate", "gpt-5-mini", "1", {"temperature": 0})


@dataclass(frozen=True)
class Figures:
    """requests_per_second: intended and settled. The rest in seconds, the best of three; bytes of all answers."""

    store: str
    requests_per_second: float
    find_all: float
    find_half: float
    bytes_per_answer: float


def measure(name: str, store: ResponseStore, texts: int) -> Figures:
    """Measure an empty store with answers about this many texts."""
    asked = [f"comentario {number} sobre la conexión" for number in range(texts)]
    keys = [_OPERATION.key(Item(text)) for text in asked]
    budget = Budget(run_usd=1e6, month_usd=1e6)
    started = time.perf_counter()
    for first in range(0, texts, _ITEMS):
        part = range(first, min(first + _ITEMS, texts))
        intent = Intent(
            str(first),
            datetime.now(UTC),
            "run",
            "enero.csv",
            _OPERATION.provider,
            "api.openai.com",
            _OPERATION.name,
            _OPERATION.model,
            _OPERATION.prompt_version,
            tuple(keys[place] for place in part),
            0.001,
        )
        store.intend(intent, budget)
        kept = [Kept(keys[place], text_hash(asked[place]), write_answer(_answer(place))) for place in part]
        store.settle(intent.call_id, Settlement("answered", Usage(tokens_in=900, tokens_out=900), 0.0005, 210.0), kept)
    writing = time.perf_counter() - started
    half = keys[::2] + [f"{key}, never asked" for key in keys[::2]]
    figures = Figures(
        store=name,
        requests_per_second=texts / _ITEMS / writing,
        find_all=_best(lambda: store.find(keys), texts),
        find_half=_best(lambda: store.find(half), texts // 2),
        bytes_per_answer=sum(row["bytes"] for row in store.statistics()) / texts,
    )
    store.close()
    return figures


def _best(find: Callable[[], dict[str, object]], expected: int) -> float:
    best = float("inf")
    for _ in range(_LOOKS):
        started = time.perf_counter()
        found = find()
        best = min(best, time.perf_counter() - started)
        if len(found) != expected:
            raise RuntimeError(f"{len(found)} answers were found, not {expected}")
    return best


def _answer(number: int) -> dict[str, object]:
    """What a model says about a comment, each a little different."""
    return {
        "sentiment": "negative",
        "score": -(number % 100) / 100,
        "intensity": "strong",
        "confidence": 0.93,
        "emotions": [{"emotion": "anger", "strength": 0.8}],
        "urgency": "high",
        "themes": [
            {"theme": "outages", "relevance": 0.9, "sentiment": "negative", "evidence": f"se corta {number} veces"},
            {"theme": "customer_service", "relevance": 0.5, "sentiment": "negative", "evidence": "nadie atiende"},
        ],
    }


@contextmanager
def _places() -> Iterator[list[tuple[str, str | None, Path, str | None]]]:
    with tempfile.TemporaryDirectory(prefix="fiber-bench-") as folder:
        root = Path(folder)
        for name in ("one", "two", "redis", "redis-sealed"):
            (root / name).mkdir()
        with redis_server(root / "redis") as plain, redis_server(root / "redis-sealed") as sealed:
            yield [
                ("SQLite", None, root / "one", None),
                ("SQLite, sealed", None, root / "two", _KEY),
                ("Redis", plain, root, None),
                ("Redis, sealed", sealed, root, _KEY),
            ]


def main() -> None:
    """Measure every store and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=50_000, help="distinct texts (default %(default)s)")
    texts = parser.parse_args().texts
    print(f"{texts:,} texts, {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}\n")
    print("| store | requests written a second | find all, s | find half, s | bytes an answer |")
    print("|---|---:|---:|---:|---:|")
    with _places() as places:
        for name, url, folder, key in places:
            figures = measure(name, open_store(url, folder, key), texts)
            print(
                f"| {figures.store} | {figures.requests_per_second:,.0f} | {figures.find_all:.2f} "
                f"| {figures.find_half:.2f} | {figures.bytes_per_answer:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
