"""Several endpoints of one operation: which one takes the next request, and when.

Pace and circuit breaker belong to a quota and outlive a call of the enricher (`Quotas`); load and final refusals
belong to one call (`Endpoints`).
"""

import asyncio
import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from fiber_pipeline.services.breaker import Breaker
from fiber_pipeline.services.failures import FINAL_FOR_ENDPOINT, ServiceFailure
from fiber_pipeline.services.pacing import Pace
from fiber_pipeline.services.retries import describe_failure
from fiber_pipeline.services.service import Reply, Service

# The weight of the latest request in how troubled an endpoint is, and how much trouble keeps requests away.
_LATEST = 0.2
_SHYNESS = 9.0
# An endpoint that refuses this many single texts, and has answered none in between, refuses everything.
_REFUSALS = 20
# The longest sleep: deadlines, final refusals and an end of the call are noticed within it.
_NAP_SECONDS = 0.25


@dataclass
class Quota:
    """What services that share a quota share.

    is_reached: whether a connection was ever made, whatever came of it.
    """

    pace: Pace
    breaker: Breaker = field(default_factory=Breaker)
    is_reached: bool = False


class Quotas:
    """The quotas of this process, by name. Safe for several threads."""

    def __init__(self) -> None:
        self._quotas: dict[str, Quota] = {}
        self._lock = threading.Lock()

    def of(self, service: Service) -> Quota:
        """The quota of a service, made when it is first asked for; its first user's limits stand."""
        with self._lock:
            if service.quota not in self._quotas:
                limits = service.limits
                pace = Pace(limits.requests_per_minute, limits.tokens_per_minute)
                self._quotas[service.quota] = Quota(pace)
            return self._quotas[service.quota]


@dataclass
class Endpoint:
    """A service and how it fares.

    in_flight: requests it has now. trouble: the share of recent requests that failed.
    refusals: single texts refused since it last answered. closed: why nothing more is asked of it.
    """

    service: Service
    quota: Quota
    in_flight: int = 0
    trouble: float = 0.0
    refusals: int = 0
    closed: str | None = None

    def wait(self, now: float) -> float:
        """Seconds until it may be asked."""
        return max(self.quota.breaker.wait(now), self.quota.pace.wait(now))

    @property
    def may_answer(self) -> bool:
        """Whether it was ever reached, or is being asked and has not failed yet."""
        return self.quota.is_reached or (self.in_flight > 0 and self.trouble == 0)

    @property
    def load(self) -> float:
        """What it has to do; trouble makes it look busier."""
        return (self.in_flight + 1) * (1 + _SHYNESS * self.trouble)


@dataclass(frozen=True)
class Turn:
    """The right to send one request to an endpoint now. tokens: what it counts for there."""

    endpoint: Endpoint
    tokens: int
    taken_at: float


class NothingToAsk(Exception):  # noqa: N818 - a state of the services, not a mistake
    """No endpoint can take a request in time. `for_good`: none will take another in this call."""

    def __init__(self, reason: str, *, for_good: bool) -> None:
        super().__init__(reason)
        self.for_good = for_good


class Endpoints:
    """Hands out endpoints, one request at a time and in order. Belongs to one event loop."""

    def __init__(
        self,
        services: Sequence[Service],
        quotas: Quotas,
        reach_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """reach_seconds: see `Policy`."""
        self._endpoints = [Endpoint(service, quotas.of(service)) for service in services]
        self._reach_seconds = reach_seconds
        self._clock = clock
        self._turn = asyncio.Lock()
        self._failing_since: float | None = None
        self._last_failure = ""

    async def claim(self, tokens: int, deadline: Callable[[float | None], float], stopped: Callable[[], bool]) -> Turn:
        """Wait for the endpoint that can take a request soonest, and take the turn there.

        tokens: what the request counts for against a pace of tokens.
        deadline: when the wait must be over, given since when nothing has answered (None: something has).
        Raises NothingToAsk as soon as it is known that the wait would be too long, without waiting it out.
        """
        async with self._turn:
            while True:
                now = self._clock()
                if stopped():
                    raise NothingToAsk("stopped", for_good=True)
                endpoint, wait = self._soonest(now)
                if now + wait > min(deadline(self._failing_since), self._reached_by()):
                    raise NothingToAsk(self._why_too_late(), for_good=False)
                if wait == 0 and endpoint.quota.pace.claim(tokens, now):
                    endpoint.quota.breaker.let_through()
                    endpoint.in_flight += 1
                    return Turn(endpoint, tokens, now)
                await asyncio.sleep(min(wait, _NAP_SECONDS))

    def answered(self, turn: Turn, reply: Reply) -> None:
        """Learn from a reply."""
        endpoint = turn.endpoint
        self._finished(turn, failed=False)
        endpoint.quota.is_reached = True
        endpoint.quota.breaker.succeeded()
        endpoint.quota.pace.answered(turn.tokens, reply.hints, self._clock())
        endpoint.refusals = 0
        self._failing_since = None

    def failed(self, turn: Turn, failure: ServiceFailure, size: int) -> None:
        """Learn from a request for `size` texts that brought no answers."""
        now = self._clock()
        endpoint = turn.endpoint
        about_the_texts = failure.kind in ("too_large", "rejected")
        endpoint.quota.is_reached |= failure.kind != "unreachable"
        self._finished(turn, failed=not about_the_texts)
        self._last_failure = describe_failure(failure)
        if about_the_texts or failure.kind == "rate_limited":
            endpoint.quota.breaker.succeeded()
        else:
            endpoint.quota.breaker.failed(now)
        if failure.retry_after:
            endpoint.quota.pace.hold(failure.retry_after, now)
        if failure.kind == "rate_limited":
            endpoint.quota.pace.refused(turn.taken_at, now)
        elif failure.kind == "rejected":
            endpoint.refusals += size == 1
            if endpoint.refusals >= _REFUSALS:
                endpoint.closed = f"refuses every text ({self._last_failure})"
        elif failure.kind in FINAL_FOR_ENDPOINT:
            endpoint.closed = self._last_failure
        if self._failing_since is None and not about_the_texts:
            self._failing_since = now

    def released(self, turn: Turn) -> None:
        """A turn was not used, or nothing can be learnt from it."""
        turn.endpoint.in_flight -= 1
        turn.endpoint.quota.pace.finished(turn.tokens)
        turn.endpoint.quota.breaker.withdrawn()

    def _finished(self, turn: Turn, *, failed: bool) -> None:
        turn.endpoint.in_flight -= 1
        turn.endpoint.quota.pace.finished(turn.tokens)
        turn.endpoint.trouble += _LATEST * (failed - turn.endpoint.trouble)

    def _soonest(self, now: float) -> tuple[Endpoint, float]:
        open_ones = [(endpoint.wait(now), endpoint) for endpoint in self._endpoints if endpoint.closed is None]
        if not open_ones:
            reasons = {f"{endpoint.service.endpoint}: {endpoint.closed}" for endpoint in self._endpoints}
            raise NothingToAsk("; ".join(sorted(reasons)), for_good=True)
        wait, endpoint = min(open_ones, key=lambda each: (each[0], each[1].load))
        return endpoint, wait

    def _reached_by(self) -> float:
        """When one of the endpoints must have been reached for the first time."""
        if self._failing_since is None or any(endpoint.may_answer for endpoint in self._endpoints):
            return math.inf
        return self._failing_since + self._reach_seconds

    def _why_too_late(self) -> str:
        return f"no answer in time ({self._last_failure})" if self._last_failure else "no answer in time"
