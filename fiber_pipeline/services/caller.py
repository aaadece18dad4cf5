"""On whose behalf services are asked: the run and the batch that stand beside every call in the books."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Caller:
    """A run, and the batch it works on; None where there is none."""

    run_id: str
    batch: str | None = None


# What is asked outside any run counts together, so that the budget of a run holds for it too.
NO_RUN = Caller(f"process-{uuid.uuid4().hex}")
_CALLER: ContextVar[Caller] = ContextVar("fiber_pipeline_caller", default=NO_RUN)


def current_caller() -> Caller:
    """Who is asking."""
    return _CALLER.get()


@contextmanager
def calling(run_id: str, batch: str | None) -> Iterator[None]:
    """Let all that is asked inside be in the name of this run and batch.

    A context variable rather than an argument: engines answer frames and know nothing of runs.
    """
    token = _CALLER.set(Caller(run_id, batch))
    try:
        yield
    finally:
        _CALLER.reset(token)
