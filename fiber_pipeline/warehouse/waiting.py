"""How long somebody waits for a warehouse that others have open, and what is said meanwhile."""

import logging
import time
from pathlib import Path

from fiber_pipeline.warehouse.errors import WarehouseBusy

_TOLD_AFTER = 2.0
_STRETCH = 0.5

_log = logging.getLogger(__name__)


class Patience:
    """How long somebody waits for a file, and what is said meanwhile."""

    def __init__(self, path: Path, timeout: float) -> None:
        self._path = path
        self._timeout = timeout
        self._began = time.monotonic()
        self._is_told = False

    @property
    def left(self) -> float:
        """Seconds, not below 0."""
        return max(0.0, self._began + self._timeout - time.monotonic())

    @property
    def next_look(self) -> float:
        """Seconds to wait at a stretch: a signal that comes while a lock is waited for is only heard after it."""
        return min(self.left, _STRETCH)

    @property
    def is_due(self) -> bool:
        """Whether there is something to do: to say who holds the file, or to give up."""
        return not self.left or (not self._is_told and time.monotonic() - self._began >= _TOLD_AFTER)

    def tell(self, holder: str | None) -> None:
        """Say once, when it takes longer than people like to look at nothing, who it is that has the file."""
        if not self._is_told and time.monotonic() - self._began >= _TOLD_AFTER:
            self._is_told = True
            _log.warning("waiting for %s, %s; giving up in %.0f s", self._path, _held_by(holder), self.left)

    def exhausted(self, holder: str | None) -> WarehouseBusy:
        """What to raise when nothing is left."""
        return WarehouseBusy(
            f"{self._path} was busy for {self._timeout:g} s: {_held_by(holder)}; close what has it open there, or wait "
            "longer"
        )


def _held_by(holder: str | None) -> str:
    return f"held by {holder}" if holder else "held by other readers and writers in turn"
