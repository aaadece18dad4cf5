"""Processes that share a budget and are killed at any moment."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from fiber_pipeline_tests.services.store import spender
from fiber_pipeline_tests.services.store.conftest import Open
from fiber_pipeline_tests.services.store.requests import answered

ROOT = Path(__file__).parents[3]
PROCESSES = 3
LIVES = 3


def start(url: str | None, folder: Path, number: int, run_usd: float, month_usd: float) -> subprocess.Popen[str]:
    arguments = [url or "", str(folder), str(number), str(run_usd), str(month_usd)]
    return subprocess.Popen(
        [sys.executable, "-m", "fiber_pipeline_tests.services.store.spender", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_no_kill_passes_a_budget_or_leaves_half_a_call(store_url: str | None, tmp_path: Path, open_one: Open):
    store = open_one()
    dice = random.Random(20261124)
    told: list[str] = []
    for life in range(LIVES):
        # More each time, so that there is something to spend until the last.
        run_usd, month_usd = 0.06 * (life + 1), 0.1 * (life + 1)
        processes = [
            start(store_url, tmp_path, life * PROCESSES + place, run_usd, month_usd) for place in range(PROCESSES)
        ]
        # Once all have begun, so that the moments of death fall into their work.
        first = [process.stdout.readline() for process in processes]
        if life == LIVES - 1:
            # The last time until somebody has met the budget's end.
            while not first[0].endswith("over\n"):
                first[0] += processes[0].stdout.readline()
        time.sleep(dice.uniform(0.0, 0.4))
        for process in processes:
            os.kill(process.pid, signal.SIGKILL)
            assert store.spend().total_usd <= month_usd
            for run in ("run-0", "run-1"):
                assert store.spend(run_id=run).total_usd <= run_usd
        for process, line in zip(processes, first, strict=True):
            # The last line may be torn; it is not among those that were told whole.
            told += (line + process.stdout.read()).split("\n")[:-1]
            process.wait()
            process.stdout.close()
    settled = [line for line in told if line != "over"]
    assert len(settled) > LIVES * PROCESSES
    assert "over" in told
    calls = {call["call_id"]: call for call in store.calls()}
    # What was told as settled is settled, with all its answers; of every other call, all or nothing.
    assert {calls[call]["status"] for call in settled} == {"answered"}
    keys = {call: [f"{call}-{place}" for place in range(spender.ANSWERS)] for call in calls}
    there = [key for call in calls if calls[call]["status"] == "answered" for key in keys[call]]
    assert store.find([key for call in calls for key in keys[call]]) == {key: {"key": key} for key in there}
    # The books and the accounts say the same, and open calls stand with all they could have cost.
    statuses = Counter(call["status"] for call in calls.values())
    assert set(statuses) <= {"answered", "open"}
    assert statuses["open"] <= LIVES * PROCESSES
    total = store.spend()
    assert total.open_usd == pytest.approx(statuses["open"] * spender.RESERVED_USD)
    assert total.settled_usd == pytest.approx(sum(call["cost_usd"] or 0.0 for call in calls.values()))
    # And the store goes on working, late settlements included.
    for call in calls.values():
        if call["status"] == "open":
            store.settle(call["call_id"], answered(0.0))
    assert store.spend().open_usd == 0.0
