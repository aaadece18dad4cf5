"""How fast requests of one quota may go out.

Requests go one by one, evenly, instead of in bursts: a burst at the start of a minute meets the service's own bucket
at its emptiest, and is what costs items at 96 % of a limit. aiolimiter, which paces well at one rate, is not used: its
rate is fixed when it is made, while this one follows what the service says, refuses a wait that ends too late, and is
shared by event loops of several threads. Times are those of a monotonic clock, in seconds.
"""

import threading
from collections import deque

from fiber_pipeline.services.service import RateHints

# Of a limit, what is used: clocks and networks jitter, and other programs may ask too.
_SHARE = 0.96
# How far a late request may be made up for, so that lateness does not add up.
_SLACK_SECONDS = 0.05
# Requests go faster than the estimates of their tokens allow while the service has more than this share of its limit
# left: by how much for each share, and at most. In the first minute, all services have.
_MINUTE = 60.0
_RESERVE = 0.1
_EAGERNESS = 30.0
_MOST_HASTE = 4.0
_SLOWER = 0.7
_FASTER = 1.05
_FASTER_UNKNOWN = 1.25
_RECOVERY_SECONDS = 5.0
_OBSERVED_REQUESTS = 200
# Before a service has answered at all, so many requests at once: what it says of its limits with the first answer comes
# too late for a burst, which the rest of the window would be short of. And how often to look whether it has.
_FIRST_REQUESTS = 4
_LISTENING_SECONDS = 0.01
_SHORTEST_SECONDS = 0.1


class _Meter:
    """Something that is used up at a rate: requests, or tokens. claimed: by requests under way."""

    def __init__(self, per_minute: float | None) -> None:
        self.ceiling = per_minute * _SHARE / 60 if per_minute else None
        self.rate = self.ceiling
        self.free_at = 0.0
        self.claimed = 0.0
        self.haste = 1.0

    def use(self, amount: float, now: float) -> None:
        self.claimed += amount
        if self.rate:
            self.free_at = max(self.free_at, now - _SLACK_SECONDS) + amount / (self.rate * self.haste)

    def keep_to(self, limit: float | None) -> None:
        """Take a limit per minute that the service names, unless a lower one is set."""
        named = limit * _SHARE / 60 if limit else None
        if named and (self.ceiling is None or named < self.ceiling):
            self.ceiling = named
            self.rate = named if self.rate is None else min(self.rate, named)

    def wait_for(self, amount: float, remaining: float | None, reset: float | None, now: float) -> None:
        """Wait until the service has enough for another `amount`."""
        if self.rate and remaining is not None and remaining < amount:
            wait = (amount - remaining) / self.rate
            self.free_at = max(self.free_at, now + (wait if reset is None else min(wait, reset)))

    def hasten(self, limit: float | None, remaining: float | None) -> None:
        """Go faster the more the service has left: it counts less for a request than was estimated."""
        if limit and remaining is not None:
            spare = (remaining - self.claimed) / limit - _RESERVE
            self.haste = min(_MOST_HASTE, 1.0 + _EAGERNESS * max(0.0, spare))

    def slow_down(self) -> None:
        if self.rate:
            self.rate *= _SLOWER

    def recover(self) -> None:
        if self.rate:
            self.rate = min(self.rate * _FASTER, self.ceiling) if self.ceiling else self.rate * _FASTER_UNKNOWN


class Pace:
    """The pace of one quota.

    requests_per_minute, tokens_per_minute: the service's limits, of which 96 % are used; None where unknown: then
    nothing holds requests back until the service names a limit or refuses one for coming too fast.
    """

    def __init__(self, requests_per_minute: float | None = None, tokens_per_minute: float | None = None) -> None:
        self._requests = _Meter(requests_per_minute)
        self._tokens = _Meter(tokens_per_minute)
        self._is_known = requests_per_minute is not None or tokens_per_minute is not None
        self._held_until = 0.0
        self._slowed_at = float("-inf")
        self._recovered_at = float("-inf")
        self._sent_first: float | None = None
        self._sent: deque[float] = deque(maxlen=_OBSERVED_REQUESTS)
        self._lock = threading.Lock()

    @property
    def requests_per_second(self) -> float | None:
        """The pace at present; None where nothing holds requests back."""
        return self._requests.rate

    def wait(self, now: float) -> float:
        """Seconds until a request may go out."""
        with self._lock:
            return self._wait(now)

    def claim(self, tokens: int, now: float) -> bool:
        """Take the turn for a request of this size, if it has come."""
        with self._lock:
            if self._wait(now) > 0:
                return False
            self._requests.use(1, now)
            self._tokens.use(tokens, now)
            self._sent.append(now)
            self._sent_first = now if self._sent_first is None else self._sent_first
            return True

    def finished(self, tokens: int) -> None:
        """A request that claimed so many tokens is under way no more, whatever became of it."""
        with self._lock:
            self._requests.claimed -= 1
            self._tokens.claimed -= tokens

    def answered(self, tokens: int, hints: RateHints, now: float) -> None:
        """Learn from the headers of a reply to a request of this size.

        What it really used is no news: services that limit tokens count the most it could have answered.
        """
        with self._lock:
            self._is_known = True
            self._requests.keep_to(hints.limit_requests)
            self._requests.wait_for(1, hints.remaining_requests, hints.reset_requests, now)
            self._tokens.keep_to(hints.limit_tokens)
            self._tokens.wait_for(tokens, hints.remaining_tokens, hints.reset_tokens, now)
            if self._sent_first is not None and now - self._sent_first > _MINUTE:
                self._tokens.hasten(hints.limit_tokens, hints.remaining_tokens)
            if now - max(self._slowed_at, self._recovered_at) >= _RECOVERY_SECONDS:
                self._recovered_at = now
                self._requests.recover()
                self._tokens.recover()

    def hold(self, seconds: float, now: float) -> None:
        """Send nothing for so long: the service asks for it."""
        with self._lock:
            self._held_until = max(self._held_until, now + seconds)

    def refused(self, sent_at: float, now: float) -> None:
        """Learn from a request that came too fast.

        Many that were under way together count as one: only what was sent since the last slowing down slows again.
        """
        with self._lock:
            self._is_known = True
            if sent_at < self._slowed_at:
                return
            if self._requests.rate is None:
                self._requests.rate = self._observed_rate(now)
            self._requests.slow_down()
            self._tokens.slow_down()
            self._slowed_at = now

    def _wait(self, now: float) -> float:
        wait = max(0.0, max(self._requests.free_at, self._tokens.free_at, self._held_until) - now)
        if not self._is_known and self._requests.claimed >= _FIRST_REQUESTS:
            return max(wait, _LISTENING_SECONDS)
        return wait

    def _observed_rate(self, now: float) -> float:
        """Requests a second of late, for a quota whose limit is unknown."""
        return len(self._sent) / max(now - self._sent[0], _SHORTEST_SECONDS) if self._sent else 1.0
