"""Asynchronous work from synchronous code: an event loop of its own in a thread of its own.

The caller may have a loop already (notebooks, Dagster's own), which cannot run another; and its thread must stay free
to be interrupted.
"""

import asyncio
import contextvars
import sys
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, TypeVar

if sys.platform == "win32":
    # There is no uvloop for Windows.
    _new_loop = None
else:
    import uvloop

    # A request takes a fifth less CPU than with the loop of the standard library.
    _new_loop = uvloop.new_event_loop

_T = TypeVar("_T")
# Interrupts reach a waiting thread at once; exceptions set from other threads when it wakes.
_WAKE_SECONDS = 0.2


def run_apart(
    work: Callable[[], Coroutine[Any, Any, _T]],
    *,
    watch: Callable[[], None],
    give_up: Callable[[bool], None],
) -> _T:
    """Run `work` to its end and return its result; raises what it raises.

    watch: called every now and then in the calling thread, and once at the end.
    give_up: called if the calling thread is interrupted, or `watch` raises, while `work` runs: it must make it end
        soon (False), and if the thread is interrupted again, at once (True). The thread is gone on return.
    """

    def body() -> _T:
        with asyncio.Runner(loop_factory=_new_loop) as runner:
            return runner.run(work())

    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="services")
    future = pool.submit(contextvars.copy_context().run, body)
    try:
        while wait([future], timeout=_WAKE_SECONDS).not_done:
            watch()
        watch()
        return future.result()
    finally:
        _join(pool, future, give_up)


def _join(pool: ThreadPoolExecutor, future: "Future[_T]", give_up: Callable[[bool], None]) -> None:
    if not future.done():
        give_up(False)
    try:
        pool.shutdown(wait=True)
    except BaseException:
        give_up(True)
        pool.shutdown(wait=True)
        raise
