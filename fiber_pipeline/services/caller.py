"""On whose behalf services are asked: the run and the batch that stand beside every call in the books."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Caller:
    """A run, and the batch it works on; None where there is none."""

    run_id: str | None = None
    batch: str | None = None


NOBODY = Caller()
_CALLER: ContextVar[Caller] = ContextVar("fiber_pipeline_caller", default=NOBODY)


def current_caller() -> Caller:
    """Who is asking."""
    return _CALLER.get()


@contextmanager
def calling(run_id: str | None, batch: str | None) -> Iterator[None]:
    """Let all that is asked inside be in the name of this run and batch.

    A context variable rather than an argument: engines answer frames and know nothing of runs.
    """
    token = _CALLER.set(Caller(run_id, batch))
    try:
        yield
    finally:
        _CALLER.reset(token)
