"""The books as tables, and what they say of the budget. Days and months are of UTC, as budgets are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from fiber_pipeline.services.money import usd
from fiber_pipeline.services.store.protocol import Budget, Spend
from fiber_pipeline.tables import API_CALLS, API_COSTS

ALERT_SHARES = {"100": 1.0, "80": 0.8}
"""The shares of a budget that are worth saying, by alert level, highest first."""

FORECAST_DAYS = 28
# Sums of billionths of a dollar; what floats add beyond is noise.
_DECIMALS = 9
DOUBTED = "doubted"
_POSSIBLY_PAID = ("open", "unknown")
_GROUP = ["day", "provider", "model", "operation"]


@dataclass(frozen=True)
class Efficiency:
    """What the services came to, over the whole history.

    cost_usd: all of it. hit_rate: share of texts answered from the cache, None where none was asked about.
    asked_again_share: share of the texts sent that were asked about again alone, None where none was sent.
    usd_per_comment, usd_per_insight: cost over what the warehouse holds, None where it holds none.
    """

    cost_usd: float
    hit_rate: float | None
    asked_again_share: float | None
    usd_per_comment: float | None
    usd_per_insight: float | None


def list_calls(calls: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """The books (`ResponseStore.calls`) as the API_CALLS frame.

    An open call has what it may cost at most as its cost, so that the column's sum is what counts against budgets.
    """
    rows = []
    for call in calls:
        cost = call["reserved_usd"] if call["cost_usd"] is None else call["cost_usd"]
        rows.append({**call, "cost_usd": cost, "cached": call["status"] == "cached"})
    return API_CALLS.frame({name: [row[name] for row in rows] for name in API_CALLS.columns})


def measure_costs(calls: pd.DataFrame, budget_usd_month: float | None, now: datetime) -> pd.DataFrame:
    """The API_COSTS frame from the API_CALLS frame, oldest day first.

    The month that `now` falls into is forecast as its spend so far plus, for the time that is left, the mean daily
    spend of the last 28 days (of as many as the books go back, but at least one): weekends and quiet days count, and
    one busy first day of a month does not make a busy month.
    """
    if calls.empty:
        return API_COSTS.empty()
    sent, cost = ~calls["cached"], calls["cost_usd"].astype("float64")
    spread = pd.DataFrame(
        {
            "day": calls["called_at"].dt.strftime("%Y-%m-%d"),
            **{name: calls[name] for name in _GROUP[1:]},
            "requests": sent.astype("int64"),
            "items_sent": calls["items"].where(sent, 0),
            "items_asked_again": calls["items"].where(calls["status"] == DOUBTED, 0),
            "items_cached": calls["items"].where(~sent, 0),
            **{name: calls[name].fillna(0) for name in ("tokens_in", "tokens_out", "characters", "records")},
            "cost_usd": cost,
            "possibly_paid_usd": cost.where(calls["status"].isin(_POSSIBLY_PAID), 0.0),
        }
    )
    costs = spread.groupby(_GROUP, sort=True, as_index=False).sum()
    asked = costs["items_sent"] + costs["items_cached"]
    costs["hit_rate"] = (costs["items_cached"].astype("float64") / asked.astype("float64").clip(lower=1.0)).fillna(0.0)
    costs["month"] = costs["day"].str.slice(0, 7)
    costs[["cost_usd", "possibly_paid_usd"]] = costs[["cost_usd", "possibly_paid_usd"]].round(_DECIMALS)
    monthly = costs.groupby("month")["cost_usd"].sum().astype("float64").round(_DECIMALS)
    spent: dict[str, float] = {str(month): usd for month, usd in monthly.items()}
    forecast = {**spent, **_forecast(calls["called_at"], cost, spent, now)}
    used = {month: usd / budget_usd_month if budget_usd_month else None for month, usd in spent.items()}
    months = costs["month"].tolist()
    state = {
        "month_to_date_usd": [spent[month] for month in months],
        "month_forecast_usd": [forecast[month] for month in months],
        "budget_usd_month": budget_usd_month,
        "budget_used_share": [used[month] for month in months],
        "alert_level": [alert_level(used[month]) for month in months],
    }
    return API_COSTS.frame({name: state[name] if name in state else costs[name] for name in API_COSTS.columns})


def measure_efficiency(costs: pd.DataFrame, comments: int, insights: int) -> Efficiency:
    """What the API_COSTS frame comes to for this many comments and insights."""
    usd = float(costs["cost_usd"].sum())
    cached, sent = int(costs["items_cached"].sum()), int(costs["items_sent"].sum())
    return Efficiency(
        cost_usd=usd,
        hit_rate=cached / (cached + sent) if cached + sent else None,
        asked_again_share=float(costs["items_asked_again"].sum()) / sent if sent else None,
        usd_per_comment=usd / comments if comments else None,
        usd_per_insight=usd / insights if insights else None,
    )


def alert_level(used_share: float | None) -> str:
    """The highest of ALERT_SHARES that a budget's used share has reached, or `none`."""
    if used_share is None:
        return "none"
    return next((level for level, share in ALERT_SHARES.items() if used_share >= share), "none")


def budget_alerts(spend: Spend, budget: Budget) -> list[str]:
    """What is to be said of a month that has spent so much: nothing, or a line from 80 % of its budget on.

    From 100 % on, it says that nothing more is asked. What is reserved counts as spent, as it does when a request is
    refused.
    """
    if budget.month_usd is None:
        return []
    level = alert_level(spend.total_usd / budget.month_usd)
    if level == "none":
        return []
    figures = f"{usd(spend.total_usd)} of {usd(budget.month_usd)} USD"
    if level == "100":
        return [
            f"the month's budget for services is used up: {figures} are spent or reserved; nothing more is asked of "
            "paid services until next month, or until FIBER_BUDGET_USD_MONTH is raised"
        ]
    return [f"{spend.total_usd / budget.month_usd:.0%} of the month's budget for services are used: {figures}"]


def _forecast(called_at: pd.Series, cost: pd.Series, spent: Mapping[str, float], now: datetime) -> dict[str, float]:
    """The current month's spend at its end, by its name; nothing if the books have none of it."""
    now = now.astimezone(UTC)
    month = f"{now:%Y-%m}"
    if month not in spent:
        return {}
    first = called_at.min()
    window = min(timedelta(days=FORECAST_DAYS), max(now - first, timedelta(days=1)))
    recent = float(cost[called_at > now - window].sum())
    next_month = (now.replace(day=1, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=32)).replace(day=1)
    day = timedelta(days=1)
    return {month: round(spent[month] + recent / (window / day) * ((next_month - now) / day), _DECIMALS)}
