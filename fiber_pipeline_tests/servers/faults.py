"""What goes wrong at a test server, by script: which request, and how."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from threading import Lock

# Faults of the wire, which every server has; other kinds are for the server that knows them.
STATUS, HANG, RESET, HALF_BODY, WRONG_BODY = "status", "hang", "reset", "half_body", "wrong_body"


@dataclass(frozen=True)
class Fault:
    """A fault and the requests it befalls: those that meet every condition that is given.

    kind: `status` answers with an error of the service's own form; `hang` never answers; `reset` breaks the
        connection before a byte of an answer; `half_body` announces a whole answer and breaks off half way;
        `wrong_body` answers 200 with a page that is not the service's. Servers name further kinds.
    status, code, retry_after: of an error; the code is the service's own, the wait in seconds.
    requests: by number, the first being 1. containing: a text of theirs holds this. path: ends with this.
    times: at most so many requests.
    """

    kind: str
    status: int = 500
    code: str | None = None
    retry_after: float | None = None
    requests: Collection[int] | None = None
    containing: str | None = None
    path: str | None = None
    times: int | None = None


class Script:
    """Faults in order; the first that fits a request befalls it."""

    def __init__(self, faults: Sequence[Fault] = ()) -> None:
        self._faults = list(faults)
        self._left = {id(fault): fault.times for fault in faults}
        self._lock = Lock()

    def add(self, fault: Fault) -> None:
        """From now on, this too."""
        with self._lock:
            self._faults.append(fault)
            self._left[id(fault)] = fault.times

    def clear(self) -> None:
        """All is well again."""
        with self._lock:
            self._faults.clear()

    def take(self, number: int, path: str, said: Callable[[], Sequence[str]]) -> Fault | None:
        """The fault that befalls this request."""
        with self._lock:
            for fault in self._faults:
                left = self._left[id(fault)]
                if left != 0 and _fits(fault, number, path, said):
                    if left is not None:
                        self._left[id(fault)] = left - 1
                    return fault
        return None


def _fits(fault: Fault, number: int, path: str, said: Callable[[], Sequence[str]]) -> bool:
    if fault.requests is not None and number not in fault.requests:
        return False
    if fault.path is not None and not path.endswith(fault.path):
        return False
    return fault.containing is None or any(fault.containing in text for text in said())
