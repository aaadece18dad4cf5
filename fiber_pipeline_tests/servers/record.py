"""What a test server was asked, in order, and the check that it was told no secret."""

import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any


@dataclass
class Exchange:
    """A request and what became of it.

    number: from 1. at: seconds since the server started. items: how many texts it asked about.
    tell: gives `said`. It is asked for when somebody looks: taking a request's body apart costs more than answering it,
        and a server that is busy with that is late with its answers.
    status: None while it is being answered, and where it never wholly was (`is_cut`).
    """

    number: int
    at: float
    method: str
    path: str
    tell: Callable[[], Iterable[str]] = field(repr=False)
    items: int = 0
    status: int | None = None
    fault: str | None = None
    is_cut: bool = False
    done_at: float | None = None

    @cached_property
    def said(self) -> list[str]:
        """All of it that could hold what customers wrote: address, headers but the one with the key, body."""
        return list(self.tell())


class Record:
    """The exchanges of a server, for other threads to look at while it runs."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._exchanges: list[Exchange] = []
        self._changed = threading.Condition()
        self._in_flight = 0
        self.most_in_flight = 0

    def begin(self, method: str, path: str, tell: Callable[[], Iterable[str]]) -> Exchange:
        """Write a request down as it comes. tell: what it said, as it stands now."""
        with self._changed:
            exchange = Exchange(len(self._exchanges) + 1, time.monotonic() - self._started, method, path, tell)
            self._exchanges.append(exchange)
            self._in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self._in_flight)
            self._changed.notify_all()
            return exchange

    def end(self, exchange: Exchange, status: int | None) -> None:
        """Write down what was answered."""
        with self._changed:
            exchange.status = status
            exchange.done_at = time.monotonic() - self._started
            self._in_flight -= 1
            self._changed.notify_all()

    @property
    def exchanges(self) -> list[Exchange]:
        """All of them so far, in the order they came."""
        with self._changed:
            return list(self._exchanges)

    def __len__(self) -> int:
        with self._changed:
            return len(self._exchanges)

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self.exchanges)

    def statuses(self) -> dict[int | None, int]:
        """How many requests were answered how."""
        counts: dict[int | None, int] = {}
        for exchange in self.exchanges:
            counts[exchange.status] = counts.get(exchange.status, 0) + 1
        return counts

    def answered_items(self) -> int:
        """How many texts were asked about in requests that were answered with 200."""
        return sum(exchange.items for exchange in self.exchanges if exchange.status == 200)

    def wait_for(self, condition: Callable[["Record"], bool], timeout: float = 20.0) -> None:
        """Wait until the record shows something; fails if it never does."""
        deadline = time.monotonic() + timeout
        while not condition(self):
            with self._changed:
                self._changed.wait(min(0.05, max(0.0, deadline - time.monotonic())))
            assert time.monotonic() < deadline, f"not seen in {timeout} s; {len(self)} requests came"

    def assert_clean(self, planted: Iterable[str]) -> None:
        """Fail if any request held one of these texts, however it was escaped."""
        planted = list(planted)
        for exchange in self.exchanges:
            for text in exchange.said:
                found = [secret for secret in planted if secret in text]
                assert not found, f"request {exchange.number} to {exchange.path} held {found}"

    def summary(self) -> Mapping[str, Any]:
        """The record in figures, as a server in a process of its own tells it."""
        exchanges = self.exchanges
        return {
            "requests": len(exchanges),
            "items": sum(exchange.items for exchange in exchanges),
            "answered_items": self.answered_items(),
            "statuses": {str(status): count for status, count in self.statuses().items()},
            "most_in_flight": self.most_in_flight,
            "first_at": exchanges[0].at if exchanges else None,
            "last_at": exchanges[-1].at if exchanges else None,
        }


def strings_in(value: Any) -> Iterator[str]:
    """Every string of a JSON value, keys too, and of JSON that stands in a string."""
    if isinstance(value, str):
        yield value
        if value[:1] in ("{", "["):
            try:
                inner = json.loads(value)
            except ValueError:
                return
            yield from strings_in(inner)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield str(key)
            yield from strings_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings_in(item)
