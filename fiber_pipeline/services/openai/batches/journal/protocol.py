"""What the journal of batches keeps and promises, wherever it lives."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, Protocol

State = Literal[
    "intended",  # written down; whether OpenAI has it is not known yet
    "submitted",  # OpenAI has it and works on it
    "ended",  # OpenAI is done with it, one way or another; what there is waits to be collected
    "settled",  # its answers are in the store, its cost in the books; its files are still at OpenAI
    "collected",  # and nothing of it is left at OpenAI
    "lost",  # it never reached OpenAI, or OpenAI has it no longer
]
OPEN: tuple[State, ...] = ("intended", "submitted", "ended")
"""The states in which answers may still come."""

UNFINISHED: tuple[State, ...] = (*OPEN, "settled")
"""The states in which something is left to do."""

MAY_FOLLOW: Mapping[State, tuple[State, ...]] = {
    "intended": ("intended",),
    "submitted": ("intended", "submitted"),
    "ended": OPEN,
    "settled": ("ended", "settled"),
    "collected": ("settled", "collected"),
    "lost": (*OPEN, "lost"),
}
"""Which states each may take the place of. Two processes that look at one submission write what they saw in any
order; so the later state wins."""

NOBODYS = ""
"""The fingerprint of a question that nobody asks any more: its answers are not kept."""

MISLAID = "not found"
"""The `remote_status` of a submission that OpenAI does not find."""


@dataclass(frozen=True)
class Submission:
    """A batch at OpenAI (`remote_id`, once it is known) and what we know of it.

    id: ours. call_id: of its row in the books. endpoint: the endpoint's name. batch: of the feedback it is for.
    created_at: seconds since 1970. requests, items: how many were sent. completed: requests answered so far, when last
    looked at. answered, cost_usd: texts with an answer, and what stands in the books, once it is settled.
    """

    id: str
    call_id: str
    state: State
    endpoint: str
    operation: str
    fingerprint: str
    model: str
    prompt_version: str | None
    batch: str | None
    created_at: float
    requests: int
    items: int
    reserved_usd: float
    remote_id: str | None = None
    remote_status: str | None = None
    input_file: str | None = None
    completed: int | None = None
    answered: int | None = None
    cost_usd: float | None = None
    detail: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether answers may still come of it."""
        return self.state in OPEN


FIELDS = tuple(field.name for field in fields(Submission))


@dataclass(frozen=True)
class Waiting:
    """A batch of feedback whose analysis waits for submissions, its own and others' that ask for its texts.

    token: of this time that it waits; another after it was submitted anew. since: seconds since 1970.
    held_back: why not all that it needs was submitted; None if all was.
    """

    batch: str
    token: str
    submissions: tuple[str, ...]
    since: float
    held_back: str | None = None


@dataclass(frozen=True)
class Contents:
    """All that a journal holds, to be moved into another. claims: digests, by the id of their submission."""

    submissions: Sequence[Submission]
    claims: Mapping[str, Sequence[bytes]]
    waiting: Sequence[Waiting]


class BatchJournal(Protocol):
    """Safe for several processes; every change is one step, and written when its method returns.

    All methods raise StoreError if the journal cannot be reached or used.
    """

    def begin(self, submission: Submission, keys: Iterable[str]) -> dict[str, str]:
        """Write down a submission that is about to be sent, and claim what it asks for.

        Returns the keys that other open submissions claimed before, with their ids: those must not be sent.
        """

    def change(self, id_: str, **values: Any) -> bool:
        """Set fields of a submission, all or, where its state may not follow the present one, none; whether it did.

        One that is no longer open gives up its claims. Raises ValueError for what is no field, StoreError for an
        unknown submission.
        """

    def submissions(self, *states: State, since: float = 0.0) -> list[Submission]:
        """Those in these states, or in any; created `since` then; oldest first."""

    def outstanding(self, keys: Sequence[str]) -> dict[str, str]:
        """Which of these an open submission asks for already, with that submission's id."""

    def wait(self, waiting: Waiting) -> None:
        """Write down what a batch waits for, in place of what it waited for before."""

    def waiting(self) -> list[Waiting]:
        """The batches that wait, by name."""

    def forget_waiting(self, tokens: Iterable[str]) -> None:
        """These no longer wait."""

    def note_no_batch_api(self, address: str, at: float) -> None:
        """Write down that the endpoints at this address have no Batch API, and when they said so."""

    def no_batch_api(self) -> dict[str, float]:
        """The addresses without a Batch API, and when they said so."""

    def close(self) -> None:
        """Close connections."""


def check_fields(values: Mapping[str, Any]) -> None:
    """Raise ValueError for what is no field of a submission, or is none that changes."""
    unknown = values.keys() - set(FIELDS) | values.keys() & {"id", "created_at"}
    if unknown:
        raise ValueError(f"a submission has no {', '.join(sorted(unknown))} that changes")
