"""A circuit breaker: what fails again and again rests, and is tried with one request before it is trusted again."""

import threading

_FAILURES = 5
_FIRST_REST_SECONDS = 2.0
_LONGEST_REST_SECONDS = 60.0
_PROBE_SECONDS = 0.5


class Breaker:
    """Lets requests through (closed), none (open), or a single one to see (half-open).

    Opens after `failures` failures in a row; rests twice as long each time the probe fails too. Times are those of a
    monotonic clock, in seconds.
    """

    def __init__(self, failures: int = _FAILURES, first_rest: float = _FIRST_REST_SECONDS) -> None:
        self._failures_to_open = failures
        self._first_rest = first_rest
        self._failures = 0
        self._rest = first_rest
        self._open_until: float | None = None
        self._probing = False
        self._lock = threading.Lock()

    def wait(self, now: float) -> float:
        """Seconds until a request may be let through; while a probe is out, when to look again."""
        with self._lock:
            if self._open_until is None:
                return 0.0
            return _PROBE_SECONDS if self._probing else max(0.0, self._open_until - now)

    def let_through(self) -> None:
        """A request goes out; if the breaker was open, it is the probe."""
        with self._lock:
            self._probing = self._open_until is not None

    def withdrawn(self) -> None:
        """The request was not sent after all."""
        with self._lock:
            self._probing = False

    def succeeded(self) -> None:
        """The service is alive: it answered, or refused for a reason of its own."""
        with self._lock:
            self._failures, self._rest = 0, self._first_rest
            self._open_until, self._probing = None, False

    def failed(self, now: float) -> None:
        """The service did not answer."""
        with self._lock:
            self._failures += 1
            if self._probing:
                self._rest = min(self._rest * 2, _LONGEST_REST_SECONDS)
            elif self._open_until is not None or self._failures < self._failures_to_open:
                return
            self._open_until, self._probing = now + self._rest, False
