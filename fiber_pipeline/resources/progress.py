"""How long work tells how far it is."""

import logging
import time
from typing import Protocol

from fiber_pipeline.annotation.engines import Progress


class ProgressResource(Protocol):
    """Makes the callback that a step reports to."""

    def begin(self, step: str, log: logging.Logger) -> Progress:
        """Return a callback taking (done, total) for a step that begins now."""

    def tell(self, line: str, log: logging.Logger) -> None:
        """Say something that people should see while it happens."""


class LoggedProgress:
    """Tells the run's log, at most every `seconds`, so that the UI shows that long steps move."""

    def __init__(self, seconds: float = 5.0) -> None:
        self.seconds = seconds

    def begin(self, step: str, log: logging.Logger) -> Progress:
        """Return a callback that logs counts and rate."""
        started = told = time.monotonic()

        def tell(done: int, total: int) -> None:
            nonlocal told
            now = time.monotonic()
            if now - told >= self.seconds:
                told = now
                log.info("%s: %d of %d texts, %.0f a second", step, done, total, done / (now - started))

        return tell

    def tell(self, line: str, log: logging.Logger) -> None:
        """Log it."""
        log.info(line)
