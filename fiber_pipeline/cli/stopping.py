"""Being told to stop: SIGTERM and Ctrl-C end a command within seconds, between writes.

Both raise KeyboardInterrupt. While Dagster runs a job it holds interrupts back where none may come, and turns them into
the failure of that run, which would let the next one begin; so the signals are also noted here, beside the handlers.
An event loop takes both the handlers and that note for itself, and a server repeats the signal when it has ended; so
the handlers note it too.
"""

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click

_ASKS_TO_STOP = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """Whether this process was told to stop."""

    def __init__(self, noted: socket.socket | None = None) -> None:
        """noted: where the numbers of signals arrive, a byte each; without it, nobody ever asks."""
        self._noted = noted
        self._signal: signal.Signals | None = None

    @property
    def signal(self) -> signal.Signals | None:
        """The first signal that asked, or None."""
        if self._signal is None and self._noted is not None:
            try:
                numbers = self._noted.recv(4096)
            except BlockingIOError:
                return None
            self._signal = next((each for number in numbers for each in _ASKS_TO_STOP if each == number), None)
        return self._signal

    def check(self) -> None:
        """Raise KeyboardInterrupt if somebody asked: an interrupt that came in between may have been swallowed."""
        if self.signal is not None:
            raise KeyboardInterrupt

    def repeat(self) -> None:
        """Have the signal come again if somebody asked: whoever was at work may have taken it for a failure."""
        if self.signal is not None:
            signal.raise_signal(signal.SIGINT)


@contextmanager
def watched_signals() -> Iterator[Stop]:
    """Note the signals that ask this process to stop, and have SIGTERM interrupt it as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield Stop()
        return
    noted, told = socket.socketpair()
    noted.setblocking(False)
    told.setblocking(False)

    def interrupt(number: int, frame: FrameType | None) -> None:
        told.send(bytes([number]))
        raise KeyboardInterrupt

    handlers = {number: signal.signal(number, interrupt) for number in _ASKS_TO_STOP}
    before = signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
    try:
        yield Stop(noted)
    finally:
        signal.set_wakeup_fd(before)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        noted.close()
        told.close()


def current_stop() -> Stop:
    """That of the command at work; one that nobody asks where there is none."""
    context = click.get_current_context(silent=True)
    found = context.find_object(Stop) if context is not None else None
    return found or Stop()
