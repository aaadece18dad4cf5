"""What can go wrong with the store itself; a budget that is used up is `services.failures.BudgetExceeded`."""

from fiber_pipeline.problems import Problem


class StoreError(Problem):
    """The store cannot do what it was asked; the message says where it is and why."""


class KeyMismatch(StoreError):  # noqa: N818 - named as the warehouse names it
    """The store is sealed and the key is missing or another, or it is not sealed and a key was given."""
