"""A process that asks and settles until it is killed: `python spender.py URL FOLDER NUMBER RUN_USD MONTH_USD`."""

import itertools
import random
import sys
from pathlib import Path

from fiber_pipeline.services.failures import BudgetExceeded
from fiber_pipeline.services.service import Usage
from fiber_pipeline.services.store.answers import write_answer
from fiber_pipeline.services.store.errors import StoreError
from fiber_pipeline.services.store.opening import open_store
from fiber_pipeline.services.store.protocol import Budget, Intent, Kept, ResponseStore, Settled, Settlement
from fiber_pipeline_tests.services.store.requests import intent

RESERVED_USD = 0.002
ANSWERS = 5


def spend_until_killed(url: str, folder: Path, number: str, budget: Budget) -> None:
    """Tell each call that is settled, once it is, and `over` for each that the budget forbids."""
    store = open_store(url or None, folder)
    dice = random.Random(number)
    for count in itertools.count():
        call = f"{number}-{count}"
        keys = [f"{call}-{place}" for place in range(ANSWERS)]
        if write(store, intent(*keys, usd=RESERVED_USD, call_id=call, run_id=f"run-{int(number) % 2}"), budget):
            tell("over")
            continue
        settlement = Settlement("answered", Usage(tokens_in=1), dice.choice([0.0005, 0.001]), 1.0)
        kept = [Kept(key, f"text {key}", write_answer({"key": key})) for key in keys]
        assert write(store, Settled(call, settlement, kept), budget) is None
        tell(call)


def write(store: ResponseStore, entry: Intent | Settled, budget: Budget) -> BudgetExceeded | StoreError | None:
    """Write an entry down as the enrichment layer does: waiting only if it must."""
    problems = store.try_record([entry], budget)
    (problem,) = store.record([entry], budget) if problems is None else problems
    return problem


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    spend_until_killed(sys.argv[1], Path(sys.argv[2]), sys.argv[3], Budget(float(sys.argv[4]), float(sys.argv[5])))
