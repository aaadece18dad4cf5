"""A quota of requests and tokens a minute, kept over a sliding window."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class QuotaState:
    """What a quota says after a request: whether it fits, what is left, and in how many seconds all of it is back.

    retry_after: seconds until the same request would fit, if nothing else comes; 0 if it fits now.
    """

    fits: bool
    over: str | None
    retry_after: float
    remaining_requests: int | None
    remaining_tokens: int | None
    reset_requests: float
    reset_tokens: float


class SlidingQuota:
    """At most so many requests and tokens in any `window` seconds, in proportion to the limits per minute.

    counts_rejected: whether requests over the limit count against it too, as they do at some services.
    A short window makes a minute's behaviour visible in a second; the limits are still named per minute.
    """

    def __init__(
        self,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        *,
        window: float = 60.0,
        counts_rejected: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.requests_per_minute = requests_per_minute
        self.tokens_per_minute = tokens_per_minute
        self._window = window
        self._requests = None if requests_per_minute is None else requests_per_minute * window / 60
        self._tokens = None if tokens_per_minute is None else tokens_per_minute * window / 60
        self._counts_rejected = counts_rejected
        self._clock = clock
        self._taken: deque[tuple[float, int]] = deque()
        self._tokens_taken = 0

    def take(self, tokens: int) -> QuotaState:
        """Count a request of `tokens` if it fits."""
        now = self._clock()
        while self._taken and self._taken[0][0] <= now - self._window:
            self._tokens_taken -= self._taken.popleft()[1]
        over = None
        if self._requests is not None and len(self._taken) + 1 > self._requests:
            over = "requests"
        elif self._tokens is not None and self._tokens_taken + tokens > self._tokens:
            over = "tokens"
        wait = 0.0 if over is None else self._wait(now, over, tokens)
        if over is None or self._counts_rejected:
            self._taken.append((now, tokens if over is None else 0))
            self._tokens_taken += tokens if over is None else 0
        reset = self._taken[-1][0] + self._window - now if self._taken else 0.0
        return QuotaState(
            fits=over is None,
            over=over,
            retry_after=wait,
            remaining_requests=_left(self._requests, len(self._taken)),
            remaining_tokens=_left(self._tokens, self._tokens_taken),
            reset_requests=reset,
            reset_tokens=reset if self._tokens_taken else 0.0,
        )

    def _wait(self, now: float, over: str, tokens: int) -> float:
        requests, taken = len(self._taken), self._tokens_taken
        for moment, amount in self._taken:
            requests, taken = requests - 1, taken - amount
            fits = (
                requests + 1 <= (self._requests or 0) if over == "requests" else taken + tokens <= (self._tokens or 0)
            )
            if fits:
                return moment + self._window - now
        return self._window


def _left(limit: float | None, taken: int) -> int | None:
    return None if limit is None else max(0, int(limit - taken))
