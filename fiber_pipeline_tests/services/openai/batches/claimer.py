"""A process that claims texts for a submission at the same moment as others."""

from pathlib import Path
from typing import Any

from fiber_pipeline.services.openai.batches.journal.opening import open_journal
from fiber_pipeline.services.openai.batches.journal.protocol import Submission

KEYS = [f"key {number}" for number in range(500)]


def claim_at_once(url: str | None, folder: Path, id_: str, barrier: Any, told: Any) -> None:
    """Tell which of KEYS this process got, which all ask for at once, each in an order of its own."""
    journal = open_journal(url, folder)
    submission = Submission(id_, id_, "intended", "a", "annotate", "f", "m", None, None, 1.0, 1, len(KEYS), 0.1)
    turn = int(id_) * 100
    barrier.wait(60)
    taken = journal.begin(submission, [*KEYS[turn:], *KEYS[:turn]])
    told.put([key for key in KEYS if key not in taken])
    journal.close()
