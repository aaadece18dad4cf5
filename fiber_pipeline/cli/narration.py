"""What `fiber run` shows while it works: which batch, which step, how far."""

import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import dagster as dg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from fiber_pipeline.annotation.engines import Progress as Callback
from fiber_pipeline.cli.home import open_instance
from fiber_pipeline.cli.stopping import Stop, current_stop
from fiber_pipeline.definitions import build_definitions
from fiber_pipeline.inbox import printable_name
from fiber_pipeline.operations.pipeline import Pipeline
from fiber_pipeline.settings import Settings

# What layers that know no Dagster say: that they wait for somebody, that a service gave up.
_OWN_LOGS = logging.getLogger("fiber_pipeline")


class Narrator:
    """A progress bar per batch and one for the step at work; plain lines where there is no terminal."""

    def __init__(self, stop: Stop) -> None:
        self._stop = stop
        # Dagster captures stdout and stderr while a step runs; the bar keeps its own way to the terminal.
        self._stream = os.fdopen(os.dup(sys.stderr.fileno()), "w", encoding="utf-8", errors="replace")
        self.console = Console(file=self._stream)
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        )
        self._batches = self._progress.add_task("batches", total=None, visible=False)
        self._step = self._progress.add_task("", total=None, visible=False)
        self._stack = ExitStack()

    def __enter__(self) -> "Narrator":
        self._stack.enter_context(self._progress)
        self._stack.enter_context(_heard(_OWN_LOGS, _EventHandler(self)))
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()
        self._stream.close()

    def each(self, batches: Sequence[str]) -> Iterator[str]:
        """Go through batches, telling which is at work."""
        self._progress.update(self._batches, total=len(batches), visible=True)
        for number, batch in enumerate(batches, 1):
            self._progress.update(self._batches, description=printable_name(batch))
            if not self.console.is_terminal:
                self.console.print(f"[{number}/{len(batches)}] {printable_name(batch)}", markup=False, highlight=False)
            self._stop.check()
            yield batch
            self._stop.check()
            self._progress.advance(self._batches)
        self._progress.update(self._batches, description="batches done")

    def begin(self, step: str, log: logging.Logger) -> Callback:
        """Show a step's count; part of the pipeline's ProgressResource."""
        self._progress.update(self._step, description=step, completed=0, total=None, visible=True)

        def tell(done: int, total: int) -> None:
            self._progress.update(self._step, completed=done, total=total)

        return tell

    def tell(self, line: str, log: logging.Logger) -> None:
        """Print a line under the batch; part of the pipeline's ProgressResource."""
        self.console.print(f"  {printable_name(line)}", markup=False, highlight=False, soft_wrap=True)

    def logger(self) -> dg.LoggerDefinition:
        """A logger that turns Dagster's events into progress and lets warnings and errors through."""
        handler = _EventHandler(self)

        def narrate(context: dg.InitLoggerContext) -> logging.Logger:
            logger = logging.Logger("fiber")
            logger.addHandler(handler)
            return logger

        return dg.LoggerDefinition(narrate, description="Progress on the command line")

    def hear(self, record: logging.LogRecord) -> None:
        """Take in a log record of a run, between whose steps there is a chance to stop."""
        self._stop.repeat()
        meta: dict[str, Any] = getattr(record, "dagster_meta", {})
        event = meta.get("dagster_event")
        if event is not None and event.event_type == dg.DagsterEventType.STEP_START:
            self._progress.update(self._step, description=str(event.step_key), completed=0, total=None, visible=True)
        elif event is None and (record.levelno == logging.WARNING or (not meta and record.levelno > logging.WARNING)):
            # Why a run failed is told in the end; what Dagster calls errors meanwhile are the steps that did not begin.
            self.console.print(f"  {meta.get('orig_message', record.getMessage())}", markup=False, highlight=False)


@contextmanager
def narrated_pipeline(settings: Settings) -> Iterator[tuple[Pipeline, Narrator]]:
    """The jobs over this machine's Dagster instance, and who tells how far they are."""
    stop = current_stop()
    narrator = Narrator(stop)
    with open_instance(settings) as instance, narrator:
        definitions = build_definitions({"progress": narrator}, settings, narrator.logger())
        yield Pipeline(settings, instance, definitions), narrator
        stop.check()


@contextmanager
def _heard(logger: logging.Logger, handler: logging.Handler) -> Iterator[None]:
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


class _EventHandler(logging.Handler):
    def __init__(self, narrator: Narrator) -> None:
        super().__init__()
        self._narrator = narrator

    def emit(self, record: logging.LogRecord) -> None:
        self._narrator.hear(record)
