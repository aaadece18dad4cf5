"""Writing down what is asked, what came of it and what it cost, from within an event loop.

What is there to be written at the same moment, or comes while the store is writing, goes into one transaction.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from datetime import UTC, datetime
from functools import partial

from fiber_pipeline.services.caller import Caller
from fiber_pipeline.services.doubt import marks
from fiber_pipeline.services.failures import BudgetExceeded, ServiceFailure
from fiber_pipeline.services.operation import Item, Operation, text_hash
from fiber_pipeline.services.plan import PriceList
from fiber_pipeline.services.retries import describe_failure
from fiber_pipeline.services.service import Reply, Usage
from fiber_pipeline.services.store.errors import StoreError
from fiber_pipeline.services.store.protocol import Budget, Intent, Kept, ResponseStore, Settled, Settlement

# A page is short enough that requests wait for it no longer than for a few answers to be read.
_MOST_AT_ONCE = 8

Waiting = tuple[Intent | Settled, "asyncio.Future[None]"]
Problem = BudgetExceeded | StoreError | None


class Books:
    """Where answers and costs of an operation are written down, on whose behalf, and within which budget.

    pen: the thread that writes where the store would have to wait, so that no request under way is held up. Where it
        need not, the event loop writes: the way to a thread and back takes as long as a third of a transaction.
    Belongs to one event loop.
    """

    def __init__(
        self,
        operation: Operation,
        store: ResponseStore,
        prices: PriceList,
        budget: Budget,
        caller: Caller,
        pen: Executor,
    ) -> None:
        self._operation = operation
        self._store = store
        self._prices = prices
        self._budget = budget
        self._caller = caller
        self._pen = pen
        self._intents: deque[Waiting] = deque()
        self._settlements: deque[Waiting] = deque()
        self._is_writing = False

    def cost(self, usage: Usage) -> float:
        """What this usage costs. Raises UnknownPrice."""
        return self._prices.cost(self._operation.provider, self._operation.model, self._operation.name, usage)

    async def intend(self, endpoint: str, keys: Sequence[str], reserved_usd: float) -> Intent:
        """Write down a request that is about to be sent. Raises BudgetExceeded, having written nothing."""
        intent = new_intent(self._operation, endpoint, keys, reserved_usd, self._caller)
        await self._write(intent)
        return intent

    async def settle_reply(
        self,
        intent: Intent,
        items: Sequence[Item],
        reply: Reply,
        written: Mapping[int, bytes],
        latency: float,
        retries: int,
    ) -> None:
        """Keep the answers of a request, and what it really cost.

        written: the answers of `reply` (`write_answer`), by place. latency: in seconds.
        """
        kept = [Kept(intent.keys[place], text_hash(items[place].text), answer) for place, answer in written.items()]
        settlement = Settlement(
            status="answered",
            usage=reply.usage,
            cost_usd=self.cost(reply.usage),
            latency_ms=latency * 1000,
            retries=retries,
            request_id=reply.request_id,
        )
        await self._write(Settled(intent.call_id, settlement, kept))

    async def settle_doubted(
        self, intent: Intent, items: Sequence[Item], reply: Reply, why: str, latency: float, retries: int
    ) -> None:
        """Write down what a request cost whose answers are not believed, and keep none of them."""
        settlement = Settlement(
            status="doubted",
            usage=reply.usage,
            cost_usd=self.cost(reply.usage),
            latency_ms=latency * 1000,
            retries=retries,
            request_id=reply.request_id,
            detail=why,
        )
        await self._write(Settled(intent.call_id, settlement, marks(intent.keys, items)))

    async def settle_failure(self, intent: Intent, failure: ServiceFailure, latency: float, retries: int) -> None:
        """Write down that a request brought nothing.

        What the service says was used is paid; where it does not say and may have done the work, what was reserved
        stays reserved for good.
        """
        settlement = Settlement(
            status="answered" if failure.usage is not None else "unknown" if failure.maybe_paid else "failed",
            usage=failure.usage or Usage(),
            cost_usd=self.cost(failure.usage) if failure.usage is not None else 0.0,
            latency_ms=latency * 1000,
            retries=retries,
            http_status=failure.status,
            detail=describe_failure(failure),
        )
        await self._write(Settled(intent.call_id, settlement))

    async def _write(self, entry: Intent | Settled) -> None:
        """Write an entry down; it is durable on return. Raises what `ResponseStore.record` says is wrong with it."""
        loop = asyncio.get_running_loop()
        written: asyncio.Future[None] = loop.create_future()
        (self._intents if isinstance(entry, Intent) else self._settlements).append((entry, written))
        if not self._is_writing:
            # Not at once: what others have to write at this moment joins in.
            self._is_writing = True
            loop.call_soon(self._turn_page)
        await written

    def _turn_page(self) -> None:
        """Write what waits: first intents, which somebody waits with a request for, then settlements."""
        page: list[Waiting] = []
        for waiting in (self._intents, self._settlements):
            while waiting and len(page) < _MOST_AT_ONCE:
                page.append(waiting.popleft())
        self._is_writing = bool(page)
        if not page:
            return
        entries = [entry for entry, _ in page]
        loop = asyncio.get_running_loop()
        try:
            problems: Sequence[BaseException | None] | None = self._store.try_record(entries, self._budget)
        except Exception as broken:  # noqa: BLE001 - told to everybody who waits
            problems = [broken] * len(page)
        if problems is None:
            writing = loop.run_in_executor(self._pen, self._store.record, entries, self._budget)
            writing.add_done_callback(partial(self._written_elsewhere, page))
        else:
            _tell(page, problems)
            self._is_writing = bool(self._intents or self._settlements)
            if self._is_writing:
                loop.call_soon(self._turn_page)

    def _written_elsewhere(self, page: Sequence[Waiting], writing: "asyncio.Future[Sequence[Problem]]") -> None:
        self._turn_page()
        broken = writing.exception()
        _tell(page, [broken] * len(page) if broken is not None else writing.result())


def _tell(page: Sequence[Waiting], problems: Sequence[BaseException | None]) -> None:
    for (_, written), problem in zip(page, problems, strict=True):
        if written.cancelled():
            continue
        if problem is None:
            written.set_result(None)
        else:
            written.set_exception(problem)


def new_intent(operation: Operation, endpoint: str, keys: Sequence[str], reserved_usd: float, caller: Caller) -> Intent:
    """A row of the books as it begins."""
    return Intent(
        call_id=secrets.token_hex(16),
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
