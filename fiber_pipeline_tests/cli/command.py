"""The `fiber` command as a process that can be watched, signalled and killed; it starts at once, being forked."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from fiber_pipeline_tests.processes import PROCESSES


@dataclass(frozen=True)
class Command:
    """A `fiber` at work. Its stdout and stderr go to one file."""

    process: ForkServerProcess
    log: Path

    @property
    def output(self) -> str:
        return self.log.read_text("utf-8", errors="replace") if self.log.exists() else ""

    def end(self, seconds: float = 280) -> int:
        """Wait for its end; its exit code."""
        self.process.join(seconds)
        assert self.process.exitcode is not None, f"still at work:\n{self.output}"
        return self.process.exitcode


def begin(log: Path, *arguments: str, **environment: str) -> Command:
    """Start `fiber` with these arguments and these variables beside the usual ones, none of the caller's own."""
    process = PROCESSES.Process(target=_fiber, args=(log, arguments, environment))
    process.start()
    return Command(process, log)


def _fiber(log: Path, arguments: tuple[str, ...], environment: Mapping[str, str]) -> None:
    for name in [name for name in os.environ if name.startswith(("FIBER_", "DAGSTER_", "OPENAI_"))]:
        del os.environ[name]
    os.environ |= {"COLUMNS": "200", **environment}
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.stdin = Path(os.devnull).open()  # noqa: SIM115 - as long as the process lives

    from fiber_pipeline.cli.main import fiber

    fiber(list(arguments))
