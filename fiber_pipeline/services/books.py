"""Writing down what is asked, what came of it and what it cost, from within an event loop."""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from fiber_pipeline.services.caller import Caller
from fiber_pipeline.services.failures import ServiceFailure
from fiber_pipeline.services.operation import Item, Operation, text_hash
from fiber_pipeline.services.plan import PriceList
from fiber_pipeline.services.retries import describe_failure
from fiber_pipeline.services.service import Reply, Usage
from fiber_pipeline.services.store.protocol import Budget, Intent, Kept, ResponseStore, Settlement

_T = TypeVar("_T")


@dataclass(frozen=True)
class Books:
    """Where answers and costs of an operation are written down, on whose behalf, and within which budget.

    pen: the thread that writes, so that a store that must wait for another process stalls no request under way.
    """

    operation: Operation
    store: ResponseStore
    prices: PriceList
    budget: Budget
    caller: Caller
    pen: Executor

    def cost(self, usage: Usage) -> float:
        """What this usage costs. Raises UnknownPrice."""
        return self.prices.cost(self.operation.provider, self.operation.model, self.operation.name, usage)

    async def intend(self, endpoint: str, keys: Sequence[str], reserved_usd: float) -> Intent:
        """Write down a request that is about to be sent. Raises BudgetExceeded, having written nothing."""
        intent = new_intent(self.operation, endpoint, keys, reserved_usd, self.caller)
        await self._write(self.store.intend, intent, self.budget)
        return intent

    async def settle_reply(
        self, intent: Intent, items: Sequence[Item], reply: Reply, latency: float, retries: int
    ) -> None:
        """Keep the answers of a request, and what it really cost. latency: in seconds."""
        kept = [
            Kept(intent.keys[place], text_hash(items[place].text), answer) for place, answer in reply.answers.items()
        ]
        settlement = Settlement(
            status="answered",
            usage=reply.usage,
            cost_usd=self.cost(reply.usage),
            latency_ms=latency * 1000,
            retries=retries,
            request_id=reply.request_id,
        )
        await self._write(self.store.settle, intent.call_id, settlement, kept)

    async def settle_failure(self, intent: Intent, failure: ServiceFailure, latency: float, retries: int) -> None:
        """Write down that a request brought nothing; what may have been paid for stays reserved for good."""
        settlement = Settlement(
            status="unknown" if failure.maybe_paid else "failed",
            usage=Usage(),
            cost_usd=intent.reserved_usd if failure.maybe_paid else 0.0,
            latency_ms=latency * 1000,
            retries=retries,
            http_status=failure.status,
            detail=describe_failure(failure),
        )
        await self._write(self.store.settle, intent.call_id, settlement)

    async def _write(self, action: Callable[..., _T], *arguments: Any) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self.pen, action, *arguments)


def new_intent(operation: Operation, endpoint: str, keys: Sequence[str], reserved_usd: float, caller: Caller) -> Intent:
    """A row of the books as it begins."""
    return Intent(
        call_id=uuid.uuid4().hex,
        called_at=datetime.now(UTC),
        run_id=caller.run_id,
        batch=caller.batch,
        provider=operation.provider,
        endpoint=endpoint,
        operation=operation.name,
        model=operation.model,
        prompt_version=operation.prompt_version,
        keys=tuple(keys),
        reserved_usd=reserved_usd,
    )
