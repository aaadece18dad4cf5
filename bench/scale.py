"""What a run costs: `python -m bench.scale [--rows N] [--full]`, written to docs/benchmarks.md.

Each case is a fresh process (`fiber run FILE`, local engines, everything out) in an empty data directory. Times vary
with the machine; compare figures of one table only.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bench.page import write_opening
from bench.survey import write_csv, write_xlsx

_FIBER = Path(sys.executable).with_name("fiber")


@dataclass(frozen=True)
class Cost:
    """What a process took."""

    wall_seconds: float
    cpu_seconds: float
    peak_megabytes: float


def measure(arguments: list[str], data: Path) -> Cost:
    """Run `fiber` with `arguments` over a data directory of its own; raises if it fails."""
    environment = {**os.environ, "FIBER_DATA_DIR": str(data)}
    environment.pop("DAGSTER_HOME", None)
    started = time.monotonic()
    with (data / "log.txt").open("w") as log:
        process = subprocess.Popen([str(_FIBER), *arguments], env=environment, stdout=log, stderr=log)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"fiber {' '.join(arguments)} failed:\n{(data / 'log.txt').read_text()[-2000:]}")
    return Cost(time.monotonic() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def run_cases(cases: list[tuple[str, int, Callable[[Path, int], None], str]]) -> list[tuple[str, int, Cost]]:
    """Measure each case and the same again with nothing new."""
    results = []
    for name, rows, write, suffix in cases:
        with tempfile.TemporaryDirectory(prefix="fiber-bench-") as folder:
            file = Path(folder) / f"survey.{suffix}"
            write(file, rows)
            data = Path(folder) / "data"
            data.mkdir()
            for label, arguments in ((name, ["run", str(file)]), (f"{name}, again", ["run"])):
                cost = measure(arguments, data)
                results.append((label, rows, cost))
                print(f"{label}: {cost.wall_seconds:.1f} s, {cost.cpu_seconds:.1f} s CPU, {cost.peak_megabytes:.0f} MB")
    return results


def render(results: list[tuple[str, int, Cost]]) -> str:
    """The results as a page of Markdown."""
    lines = [
        "# Measured speed",
        "",
        f"Written by `make bench` on {date.today():%Y-%m-%d}: {os.cpu_count()} cores, {platform.machine()}, "
        f"Python {platform.python_version()}. Fresh processes, local engines, all tables and files out.",
        "",
        "| case | comments | wall s | CPU s | peak MB | µs CPU per comment |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, rows, cost in results:
        each = cost.cpu_seconds / rows * 1e6
        lines.append(
            f"| {name} | {rows:,} | {cost.wall_seconds:.1f} | {cost.cpu_seconds:.1f} | {cost.peak_megabytes:.0f} "
            f"| {each:.0f} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000, help="comments in the workbook")
    parser.add_argument("--full", action="store_true", help="also a million comments as CSV")
    chosen = parser.parse_args()
    todo: list[tuple[str, int, Callable[[Path, int], None], str]] = [("xlsx in", chosen.rows, write_xlsx, "xlsx")]
    if chosen.full:
        todo.append(("csv in", 1_000_000, write_csv, "csv"))
    write_opening(render(run_cases(todo)))
