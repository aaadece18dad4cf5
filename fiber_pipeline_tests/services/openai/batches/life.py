"""A process that submits a batch of feedback and follows it to its end, and is killed before a given step of it."""

import functools
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from openai.resources.batches import Batches
from openai.resources.files import Files

from fiber_pipeline.services.caller import calling
from fiber_pipeline.services.openai.batches.desk import BatchDesk, Look
from fiber_pipeline.services.openai.batches.journal.redis import RedisJournal
from fiber_pipeline.services.openai.batches.journal.sqlite import SqliteJournal
from fiber_pipeline.services.prices import Prices
from fiber_pipeline.services.store.opening import open_store
from fiber_pipeline.services.store.protocol import ResponseStore
from fiber_pipeline.services.store.redis import RedisStore
from fiber_pipeline.services.store.sqlite import SqliteStore
from fiber_pipeline.settings import Settings
from fiber_pipeline_tests.processes import PROCESSES
from fiber_pipeline_tests.services.openai.asking import taxonomy
from fiber_pipeline_tests.services.openai.batches.batching import TEXTS, Clock

BATCH = "enero.csv"
ASKED: Mapping[str, Sequence[str]] = {"annotate": TEXTS[:20], "translate": TEXTS[20:]}
# All that changes something, here or at OpenAI, and all that is asked on the way.
_STEPS: Sequence[tuple[type, Sequence[str]]] = (
    (SqliteJournal, ("begin", "change", "wait", "forget_waiting")),
    (RedisJournal, ("begin", "change", "wait", "forget_waiting")),
    (SqliteStore, ("intend", "settle")),
    (RedisStore, ("intend", "settle")),
    (Files, ("create", "content", "delete")),
    (Batches, ("create", "retrieve", "cancel")),
)
_STEPS_FILE = "steps.txt"


def live(
    base_url: str, folder: Path, cache_url: str | None, *, kill_before: int | None, is_cancelled: bool
) -> Sequence[str]:
    """Live in a process of its own until a step, by number, or to the end; the steps it came to."""
    process = PROCESSES.Process(target=_live, args=(base_url, folder, cache_url, kill_before, is_cancelled))
    process.start()
    process.join(60)
    assert process.exitcode == (0 if kill_before is None else -signal.SIGKILL)
    return (folder / _STEPS_FILE).read_text().split("\n")


@contextmanager
def desk(
    base_url: str, folder: Path, cache_url: str | None, ahead: float = 0.0
) -> Iterator[tuple[BatchDesk, ResponseStore]]:
    """The desk of a process, with the time so many seconds ahead."""
    settings = Settings(data_dir=folder, cache_url=cache_url, openai_api_key="k", openai_base_url=f"{base_url}/v1")
    with (
        closing(open_store(cache_url, settings.cache_dir)) as store,
        closing(BatchDesk(settings, taxonomy().descriptions, store, Prices(), Clock(ahead))) as opened,
    ):
        yield opened, store


def submit(opened: BatchDesk) -> None:
    """What the run of `submit_batch` does."""
    with calling("run-1", BATCH):
        opened.submit(BATCH, ASKED)


def follow(opened: BatchDesk) -> Look:
    """What the sensor does, tick after tick."""
    for _ in range(6):
        look = opened.follow()
        if not look.open:
            break
    return look


def cancel(opened: BatchDesk) -> None:
    """What `fiber batches cancel --all` does."""
    for submission in opened.journal.submissions():
        if submission.is_open:
            opened.cancel(submission)


def _live(base_url: str, folder: Path, cache_url: str | None, kill_before: int | None, is_cancelled: bool) -> None:
    _arm(folder / _STEPS_FILE, kill_before)
    with desk(base_url, folder, cache_url) as (opened, _):
        submit(opened)
        if is_cancelled:
            cancel(opened)
        look = follow(opened)
        opened.release([ready.waiting.token for ready in look.ready])


def _arm(steps: Path, kill_before: int | None) -> None:
    told: list[str] = []

    def counted(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def step(*arguments: Any, **values: Any) -> Any:
            told.append(name)
            steps.write_text("\n".join(told))
            if len(told) - 1 == kill_before:
                os.kill(os.getpid(), signal.SIGKILL)
            return method(*arguments, **values)

        return step

    for kind, names in _STEPS:
        for name in names:
            setattr(kind, name, counted(f"{kind.__name__}.{name}", getattr(kind, name)))
