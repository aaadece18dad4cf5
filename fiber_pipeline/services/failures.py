"""How a request can fail, in the terms that decide what happens next."""

from typing import Literal

from fiber_pipeline.problems import Problem
from fiber_pipeline.services.service import Usage

Kind = Literal[
    "rate_limited",  # asked too fast; the same request goes again later
    "unreachable",  # no connection was made, so nothing was sent; may pass: the same request goes again after a pause
    "unavailable",  # 5xx, a reset connection, half a body: may pass; the same request goes again after a pause
    "timed_out",  # no answer in time; may have been paid for
    "too_large",  # more than the service takes at once, or an answer cut short: asked again in halves
    "rejected",  # these items will never be answered: they go to the next engine
    "denied",  # the key or the permission is wrong: nothing more is asked of this endpoint
    "exhausted",  # the account's quota is used up: nothing more is asked of this endpoint
]
RETRIED: frozenset[Kind] = frozenset({"rate_limited", "unreachable", "unavailable", "timed_out"})
FINAL_FOR_ENDPOINT: frozenset[Kind] = frozenset({"denied", "exhausted"})


class ServiceFailure(Problem):
    """A request that brought no answers.

    kind: what it means for the request (`Kind`).
    retry_after: seconds the service asks to wait, if it says so.
    status: the HTTP or gRPC status, if there was one.
    maybe_paid: whether the service may have done, and charged for, the work.
    usage: what it said it used, if it said so: then what was paid is known.

    The message names the cause in our words or the service's error code; it never quotes a request or an answer,
    which hold what customers wrote.
    """

    def __init__(
        self,
        kind: Kind,
        message: str,
        *,
        retry_after: float | None = None,
        status: int | None = None,
        maybe_paid: bool = False,
        usage: Usage | None = None,
    ) -> None:
        super().__init__(message)
        self.kind: Kind = kind
        self.retry_after = retry_after
        self.status = status
        self.maybe_paid = maybe_paid
        self.usage = usage


class BudgetExceeded(Exception):  # noqa: N818 - a limit the user set, not a mistake
    """A request was not sent because it could have taken a run or a month over its budget."""


class UnknownPrice(Problem):
    """A model has no price in the table or the override file; nothing is asked of it until it has one."""
