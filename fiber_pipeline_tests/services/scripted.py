"""A service at the edge of the machine that answers as it is told, for tests of what is done with its answers."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fiber_pipeline.services.operation import Item, Operation
from fiber_pipeline.services.service import Limits, Reply, Unread, Usage

LIMITS = Limits(items=100, item_characters=1000, request_characters=5000)
OPERATION = Operation("openai", "annotate", "scripted-1", "v1")

Script = Callable[[int, Sequence[Item]], "Reply | Unread | BaseException | None"]


class PerItem:
    """A price list that takes one cent a record."""

    def cost(self, provider: str, model: str, operation: str, usage: Usage) -> float:
        return usage.records * 0.01


def echo(items: Sequence[Item]) -> Reply:
    return Reply({place: {"echo": item.text} for place, item in enumerate(items)}, usage=Usage(records=len(items)))


@dataclass
class ScriptedService:
    """Echoes every text unless `script`, given the number of the request and its items, says otherwise.

    asked: the texts of every request, in the order they came. latency: in seconds.
    """

    script: Script = lambda number, items: None
    endpoint: str = "scripted.test"
    quota: str = "scripted"
    operation: Operation = OPERATION
    limits: Limits = LIMITS
    latency: float = 0.0
    asked: list[list[str]] = field(default_factory=list)
    busiest: int = 0
    busy: int = 0
    closed: int = 0

    def measure(self, items: Sequence[Item]) -> Usage:
        return Usage(records=len(items))

    async def send(self, items: Sequence[Item], timeout: float) -> Unread:
        number = len(self.asked)
        self.asked.append([item.text for item in items])
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        try:
            await asyncio.sleep(self.latency)
        finally:
            self.busy -= 1
        said = self.script(number, items)
        if isinstance(said, BaseException):
            raise said
        if callable(said):
            return said
        reply = echo(items) if said is None else said
        return lambda: reply

    async def aclose(self) -> None:
        self.closed += 1

    @property
    def texts(self) -> list[str]:
        return [text for texts in self.asked for text in texts]
