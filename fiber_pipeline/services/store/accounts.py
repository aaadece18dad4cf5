"""How money is counted, to which accounts a call is written, and what a budget allows; the same for every store."""

from datetime import UTC, datetime

from fiber_pipeline.services.failures import BudgetExceeded
from fiber_pipeline.services.money import usd
from fiber_pipeline.services.store.protocol import Budget, Intent, Settlement

_NANODOLLARS = 1_000_000_000


def nanodollars(amount: float) -> int:
    """Money is counted in whole billionths of a dollar, so that sums of many small reservations stay exact."""
    return round(amount * _NANODOLLARS)


def dollars(nano: int) -> float:
    """US dollars."""
    return nano / _NANODOLLARS


def month_of(moment: datetime) -> str:
    """The month whose budget a call falls to, such as `2026-11`, in UTC."""
    utc = moment.astimezone(UTC)
    return f"{utc.year:04}-{utc.month:02}"


def run_scope(run_id: str) -> str:
    """The account of a run."""
    return f"run:{run_id}"


def month_scope(month: str) -> str:
    """The account of a month."""
    return f"month:{month}"


EVERYTHING = "all"
"""The account of everything."""


def scopes_of(run_id: str | None, month: str) -> list[str]:
    """The accounts a call is written to. A call in nobody's name has no run's."""
    return [EVERYTHING, month_scope(month), *([run_scope(run_id)] if run_id is not None else [])]


def limits_of(intent: Intent, budget: Budget) -> dict[str, int]:
    """The limits that an intent must keep, by account, in nanodollars; none for one that costs nothing."""
    limits = {}
    if nanodollars(intent.reserved_usd) > 0:
        if budget.run_usd is not None and intent.run_id is not None:
            limits[run_scope(intent.run_id)] = nanodollars(budget.run_usd)
        if budget.month_usd is not None:
            limits[month_scope(month_of(intent.called_at))] = nanodollars(budget.month_usd)
    return limits


def over_budget(scope: str, limit: int, spent: int, reserved: int) -> BudgetExceeded:
    """What to raise when `reserved` more would take an account over its limit; all in nanodollars."""
    kind, _, name = scope.partition(":")
    return BudgetExceeded(
        f"the budget of {kind} {name} is {usd(dollars(limit))} USD; {usd(dollars(spent))} USD are spent or reserved, "
        f"and the next request could cost {dollars(reserved):.4f} USD"
    )


def charged(settlement: Settlement) -> int | None:
    """What a settled call counts for, in nanodollars; None where nobody knows: then all that was reserved."""
    return None if settlement.status == "unknown" else nanodollars(settlement.cost_usd)
