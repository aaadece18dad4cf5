"""Carrying out a plan: workers that keep requests under way until every question has an outcome.

Runs in one event loop. Workers take requests from a queue, first those that failed before; a request that failed goes
back to the queue after its pause and holds no worker up meanwhile. Answers are read one by one, and whatever else is
due goes between them: a burst of answers that all are read first would leave the service without requests meanwhile.
"""

import asyncio
import itertools
import math
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from fiber_pipeline.services.books import Books
from fiber_pipeline.services.doubt import Doubt
from fiber_pipeline.services.endpoints import Endpoints, NothingToAsk, Quotas, Turn
from fiber_pipeline.services.failures import BudgetExceeded, ServiceFailure
from fiber_pipeline.services.operation import Item
from fiber_pipeline.services.plan import Work, paced_amount
from fiber_pipeline.services.policy import Policy
from fiber_pipeline.services.retries import Pack, Verdict, after_doubt, after_failure, after_flaws
from fiber_pipeline.services.service import Reply, Service, Unread
from fiber_pipeline.services.store.answers import read_answers, write_answer
from fiber_pipeline.services.store.protocol import Intent

_END, _AGAIN, _FRESH = 0, 1, 2
# How often a request that the budget does not hold looks whether others have been settled for less than reserved.
_BUDGET_NAP_SECONDS = 0.05
_NOTHING_LEFT = Verdict()


class Execution:
    """Asks what `work` leaves open. `reasons` fill up by question while it runs.

    doubted: how many questions were asked again alone, since the answers of their request were not believed.
    """

    def __init__(
        self,
        work: Work,
        services: Sequence[Service],
        quotas: Quotas,
        books: Books,
        policy: Policy,
        doubt: Doubt | None = None,
    ) -> None:
        # Written out: as objects, some dozen an answer, each of a long run's would be looked at by every collection of
        # the garbage collector, and all requests wait meanwhile.
        self._written: dict[int, bytes] = {}
        self.reasons: dict[int, str] = dict(work.unsendable)
        self._work = work
        self._services = services
        self._quotas = quotas
        self._books = books
        self._policy = policy
        self._doubt = doubt
        self.doubted = 0
        # More than requests may be under way: some read and settle what has come while others ask.
        self._workers = policy.concurrency + max(2, policy.concurrency // 4)
        self._numbers = itertools.count()
        self._unresolved = len(work.packs)
        self._under_way: set[asyncio.Timeout] = set()
        self._unsettled = 0
        self._stopped: str | None = None
        self._latest = math.inf
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def outcomes(self) -> int:
        """How many questions have an answer or a reason."""
        return len(self._work.answers) + len(self._written) + len(self.reasons)

    def answers(self) -> dict[int, Any]:
        """By question: those that were there before, and those that have come."""
        come = zip(self._written, read_answers(self._written.values()), strict=True)
        return {**self._work.answers, **dict(come)}

    async def run(self) -> None:
        """Ask everything. Afterwards each question has an answer or a reason."""
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.PriorityQueue[tuple[int, int, Pack | None]] = asyncio.PriorityQueue()
        self._slots = asyncio.Semaphore(self._policy.concurrency)
        self._reading = asyncio.Lock()
        self._endpoints = Endpoints(self._services, self._quotas, self._policy.reach_seconds)
        for questions in self._work.packs:
            self._put(_FRESH, Pack(questions))
        if self._policy.call_seconds is not None:
            reason = f"no answer within the {self._policy.call_seconds:g} s of the call"
            self._loop.call_later(self._policy.call_seconds, self._stop, reason, 0.0)
        if self._stopped is not None:
            self._stop(self._stopped)
        workers = [asyncio.create_task(self._work_through()) for _ in range(self._workers)]
        # A worker fails only by a mistake of the program or a broken store. The others finish what is under way, so
        # that what is paid is kept; then it is told.
        _, pending = await asyncio.wait(workers, return_when=asyncio.FIRST_EXCEPTION)
        if pending:
            self._stop("stopped by an error", self._policy.grace_seconds)
            await asyncio.wait(pending)
        for service in self._services:
            await service.aclose()
        for worker in workers:
            worker.result()
        for number in range(len(self._work.items)):
            if number not in self._work.answers and number not in self._written:
                self.reasons.setdefault(number, self._stopped or "not asked")

    def stop_from_outside(self, reason: str, grace_seconds: float) -> None:
        """Send nothing more, and end what is under way after a grace. From any thread, even before `run` begins."""
        self._stopped = self._stopped or reason
        if self._loop is not None:
            # A closed loop refuses: the work has just ended by itself.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._stop, reason, grace_seconds)

    def _stop(self, reason: str, grace_seconds: float | None = None) -> None:
        """Send nothing more. Without a grace, what is under way takes the time it needs."""
        self._stopped = self._stopped or reason
        self._end()
        if grace_seconds is not None:
            self._latest = min(self._latest, asyncio.get_running_loop().time() + grace_seconds)
            for scope in self._under_way:
                scope.reschedule(min(self._latest, scope.when() or math.inf))

    def _end(self) -> None:
        for _ in range(self._workers):
            self._put(_END, None)

    def _put(self, rank: int, pack: Pack | None) -> None:
        self._queue.put_nowait((rank, next(self._numbers), pack))

    async def _work_through(self) -> None:
        while self._unresolved and (pack := (await self._queue.get())[2]) is not None:
            verdict = await self._attempt(pack)
            if verdict.reason is not None:
                self.reasons.update(dict.fromkeys(pack.questions, verdict.reason))
            for successor in verdict.again:
                if verdict.pause:
                    asyncio.get_running_loop().call_later(verdict.pause, self._put, _AGAIN, successor)
                else:
                    self._put(_AGAIN, successor)
            self._unresolved += len(verdict.again) - 1
        # The others may be waiting for a request that will not come.
        self._end()

    async def _attempt(self, pack: Pack) -> Verdict:
        """Ask once, when its turn comes, and settle it. Only the asking itself counts as under way."""
        items = [self._work.items[number] for number in pack.questions]
        try:
            async with self._slots:
                turn, intent = await self._reserve(pack, items)
                sent_at = time.monotonic()
                pack = replace(pack, attempts=pack.attempts + 1, tried_since=pack.tried_since or sent_at)
                outcome = await self._ask(turn, intent, items, pack)
        except NothingToAsk as problem:
            if problem.for_good:
                self._stop(str(problem))
            return Verdict(reason=self._stopped or str(problem))
        except BudgetExceeded as problem:
            self._stop(f"over budget: {problem}")
            return Verdict(reason=self._stopped)
        latency = time.monotonic() - sent_at
        try:
            try:
                read = outcome if isinstance(outcome, ServiceFailure) else await self._read(outcome)
            except Exception as mistake:
                await self._mistaken(turn, intent, mistake, latency, pack)
                raise
            if isinstance(read, Reply):
                self._endpoints.answered(turn, read)
                if why := self._why_doubted(items, read):
                    await self._books.settle_doubted(intent, items, read, why, latency, pack.attempts - 1)
                    self.doubted += len(items)
                    return after_doubt(pack)
                written = {place: write_answer(answer) for place, answer in read.answers.items()}
                await self._books.settle_reply(intent, items, read, written, latency, pack.attempts - 1)
                return self._take(pack, read, written)
            self._endpoints.failed(turn, read, len(items))
            await self._books.settle_failure(intent, read, latency, pack.attempts - 1)
            return after_failure(pack, read, self._policy)
        finally:
            self._unsettled -= 1

    async def _reserve(self, pack: Pack, items: Sequence[Item]) -> tuple[Turn, Intent]:
        """Wait for an endpoint's turn, and write down what is about to be sent there.

        Raises NothingToAsk, BudgetExceeded.
        """

        def deadline(failing_since: float | None) -> float:
            since = failing_since if pack.tried_since is None else pack.tried_since
            return math.inf if since is None else since + self._policy.item_seconds

        # All endpoints answer one operation at one price, so that the estimate of any is that of all.
        usage = self._services[0].measure(items)
        keys = [self._work.keys[number] for number in pack.questions]
        turn = await self._endpoints.claim(paced_amount(usage), deadline, lambda: self._stopped is not None)
        try:
            while (intent := await self._intend(turn, keys, self._books.cost(usage))) is None:
                await asyncio.sleep(_BUDGET_NAP_SECONDS)
        except BaseException:
            self._endpoints.released(turn)
            raise
        return turn, intent

    async def _intend(self, turn: Turn, keys: Sequence[str], reserved_usd: float) -> Intent | None:
        """Reserve a cost; None while others are unsettled that may yet leave room for it. Raises BudgetExceeded."""
        self._unsettled += 1
        try:
            return await self._books.intend(turn.endpoint.service.endpoint, keys, reserved_usd)
        except BaseException as problem:
            self._unsettled -= 1
            if isinstance(problem, BudgetExceeded) and self._unsettled:
                return None
            raise

    async def _ask(self, turn: Turn, intent: Intent, items: Sequence[Item], pack: Pack) -> Unread | ServiceFailure:
        """Ask within what is left of the time; an answer that does not come may have been paid."""
        now = time.monotonic()
        timeout = max(
            1.0, min(self._policy.request_seconds, (pack.tried_since or now) + self._policy.item_seconds - now)
        )
        ends = asyncio.get_running_loop().time() + timeout
        try:
            async with asyncio.timeout_at(min(ends, self._latest)) as scope:
                self._under_way.add(scope)
                try:
                    return await turn.endpoint.service.send(items, timeout)
                finally:
                    self._under_way.discard(scope)
        except ServiceFailure as failure:
            return failure
        except TimeoutError:
            return ServiceFailure("timed_out", self._stopped or "no answer in time", maybe_paid=True)
        except Exception as mistake:
            await self._mistaken(turn, intent, mistake, time.monotonic() - now, pack)
            raise

    async def _read(self, unread: Unread) -> Reply | ServiceFailure:
        """Read an answer when it is its turn, and others have had theirs to be sent."""
        async with self._reading:
            await asyncio.sleep(0)
            try:
                return unread()
            except ServiceFailure as failure:
                return failure

    def _why_doubted(self, items: Sequence[Item], reply: Reply) -> str | None:
        """Why the answers of a request are not believed together; None if they are, or it is about one text alone."""
        if self._doubt is None or len(items) == 1:
            return None
        return self._doubt(items, reply.answers)

    async def _mistaken(self, turn: Turn, intent: Intent, mistake: Exception, latency: float, pack: Pack) -> None:
        """Settle a request that the client made a mistake about, which ends everything."""
        self._endpoints.released(turn)
        told = ServiceFailure("unavailable", f"the client failed: {type(mistake).__name__}", maybe_paid=True)
        await self._books.settle_failure(intent, told, latency, pack.attempts - 1)

    def _take(self, pack: Pack, reply: Reply, written: Mapping[int, bytes]) -> Verdict:
        """Give each question its outcome. written: the answers of `reply`."""
        self._written.update((pack.questions[place], answer) for place, answer in written.items())
        for place, why in reply.refused.items():
            self.reasons[pack.questions[place]] = f"refused: {why}"
        flawed = {pack.questions[place]: why for place, why in reply.flawed.items()}
        if not flawed:
            return _NOTHING_LEFT
        again, given_up = after_flaws(pack, flawed, self._policy)
        self.reasons.update(given_up)
        return Verdict(again=again)
