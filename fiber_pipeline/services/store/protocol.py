"""What a response store keeps and promises, wherever it lives."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from fiber_pipeline.services.failures import BudgetExceeded
from fiber_pipeline.services.service import Usage
from fiber_pipeline.services.store.errors import StoreError

Status = Literal[
    "open",  # written down before it was sent; if its process died, it may have been paid
    "answered",  # the service answered, whatever it made of each item
    "doubted",  # it answered, and its answers together were not believed: each text is asked about again alone
    "failed",  # no answer, and nothing to pay
    "unknown",  # no answer, but the work may have been done and charged: the reserved cost stands
    "cached",  # nothing was sent: the answers were there
]


@dataclass(frozen=True)
class Intent:
    """A request that is about to be sent, or a look-up that needs none.

    keys: the answers it asks for, by place (`Operation.key`); as many as there are items.
    reserved_usd: the most it can cost.
    """

    call_id: str
    called_at: datetime
    run_id: str | None
    batch: str | None
    provider: str
    endpoint: str
    operation: str
    model: str
    prompt_version: str | None
    keys: tuple[str, ...]
    reserved_usd: float


@dataclass(frozen=True)
class Settlement:
    """What became of a request. `detail` is the failure's message, without a word of any text."""

    status: Status
    usage: Usage
    cost_usd: float
    latency_ms: float
    retries: int = 0
    http_status: int | None = None
    request_id: str | None = None
    detail: str | None = None


@dataclass(frozen=True)
class Kept:
    """An answer to keep: its key, the digest of its text (`operation.text_hash`) and the answer (`write_answer`)."""

    key: str
    text_hash: str
    answer: bytes


@dataclass(frozen=True)
class Settled:
    """A settlement, which call it is of, and the answers that came."""

    call_id: str
    settlement: Settlement
    kept: Sequence[Kept] = ()


@dataclass(frozen=True)
class Budget:
    """Hard limits in US dollars; None where there is none. Months are of UTC."""

    run_usd: float | None = None
    month_usd: float | None = None


@dataclass(frozen=True)
class Spend:
    """What has been settled, and what is reserved by requests still open (or left open by a crash)."""

    settled_usd: float = 0.0
    open_usd: float = 0.0

    @property
    def total_usd(self) -> float:
        """What counts against a budget."""
        return self.settled_usd + self.open_usd


class ResponseStore(Protocol):
    """Keeps answers and the books. Safe for many threads and processes at once."""

    def find(self, keys: Sequence[str]) -> dict[str, Any]:
        """The answers there are, by key; expired ones are not there. 50,000 keys take under 2 s."""

    def known(self, keys: Sequence[str]) -> set[str]:
        """Those of the keys that `find` has an answer for. 50,000 keys take half a second; notes no use."""

    def intend(self, intent: Intent, budget: Budget) -> None:
        """Write down a request before it is sent, and reserve its cost.

        Raises BudgetExceeded, having written nothing, if the run or the month could go over its budget; checking and
        reserving are one step, whatever other processes do.
        """

    def settle(self, call_id: str, settlement: Settlement, kept: Iterable[Kept] = ()) -> None:
        """Keep the answers of a request and write down what it cost, both or neither. Durable on return."""

    def record(
        self, entries: Sequence[Intent | Settled], budget: Budget
    ) -> Sequence[BudgetExceeded | StoreError | None]:
        """Do what `intend` and `settle` do for several at once, in their order, for little more than one takes.

        Returns, for each, what `intend` or `settle` would have raised of these two; such an entry wrote nothing, and
        the others stand. Durable on return.
        """

    def try_record(
        self, entries: Sequence[Intent | Settled], budget: Budget
    ) -> Sequence[BudgetExceeded | StoreError | None] | None:
        """Do what `record` does, if it takes no waiting: for another writer, a disk or a network.

        Returns None, having written nothing, if it would. For who must not be held up.
        """

    def note_cached(self, intent: Intent) -> None:
        """Write down that answers were taken from the store (status `cached`, no cost)."""

    def spend(self, *, run_id: str | None = None, month: str | None = None) -> Spend:
        """What a run, or a month (`2026-11`), has spent; with neither, everything."""

    def calls(self, since: datetime | None = None) -> Iterable[Mapping[str, Any]]:
        """The books, oldest first: every field of Intent (`items` in place of `keys`) and of Settlement (its usage
        spread out), with `status`."""

    def statistics(self) -> Sequence[Mapping[str, Any]]:
        """Per provider, operation, model and prompt version: `answers`, `bytes`, `oldest`, `newest`, `hits` (answers
        taken from the store) and `misses` (answers paid for)."""

    def prune(self) -> int:
        """Drop expired answers, then the least recently used until the size limit holds; return how many went."""

    def clear(self, *, provider: str | None = None, model: str | None = None, prompt_version: str | None = None) -> int:
        """Drop the answers that match all that is given; return how many went. The books stay."""

    def count_about(self, text_hashes: Collection[str]) -> int:
        """How many answers there are about these texts: as many as `forget` would drop."""

    def forget(self, text_hashes: Collection[str]) -> int:
        """Drop every answer about these texts; return how many went."""

    def close(self) -> None:
        """Close connections."""


def raise_first(problems: Sequence[BudgetExceeded | StoreError | None]) -> None:
    """Raise the first problem of `ResponseStore.record`, if there is one."""
    for problem in problems:
        if problem is not None:
            raise problem
