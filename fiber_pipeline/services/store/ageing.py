"""How long answers live, how much they may take together, and how often that is looked at."""

from dataclasses import dataclass

_MEGABYTE = 1024 * 1024
_DAY_SECONDS = 86_400

TOUCHED_AFTER_SECONDS = 3_600
"""How old an answer's last use must be to be noted anew: looking up answers should rarely write."""

PRUNED_AFTER = 10_000
"""How many answers a process keeps before it looks whether the limits still hold."""


@dataclass(frozen=True)
class Ageing:
    """How long answers live, and how much they may take together.

    days: after which an answer is not found any more and goes.
    megabytes: of all answers with what finding them takes; the least recently used go first.
    """

    days: float = 365.0
    megabytes: float = 2048.0

    @property
    def seconds(self) -> float:
        """How long an answer lives."""
        return self.days * _DAY_SECONDS

    @property
    def bytes(self) -> int:
        """What all may take."""
        return int(self.megabytes * _MEGABYTE)
