"""`api_costs`: what services cost, and how that stands to the budget."""

import pandera.pandas as pr

from fiber_pipeline.tables import columns
from fiber_pipeline.tables.table import Table

ALERT_LEVELS = ("none", "80", "100")
_NO_LESS = pr.Check.ge(0)
_COST = ["api_calls.cost_usd", "api_calls.called_at"]
_ITEMS = ["api_calls.items", "api_calls.cached"]

API_COSTS = Table(
    name="api_costs",
    row="the spend of a day (UTC) on a provider, model and operation, with the state of its month",
    key=("day", "provider", "model", "operation"),
    partitioned=False,
    columns={
        "day": columns.text("The day, in UTC: `2026-11-24`.", sources=["api_calls.called_at"]),
        "provider": columns.text("Who was asked.", sources=["api_calls.provider"]),
        "model": columns.text("The model or deployment.", sources=["api_calls.model"]),
        "operation": columns.text("What was asked for.", sources=["api_calls.operation"]),
        "requests": columns.integer("Requests that were sent.", _NO_LESS, sources=["api_calls.cached"]),
        "items_sent": columns.integer("Texts they were about, repeats included.", _NO_LESS, sources=_ITEMS),
        "items_asked_again": columns.integer(
            "Texts that were asked about again alone, since the answers of their request were not believed.",
            _NO_LESS,
            nullable=True,
            sources=["api_calls.items", "api_calls.status"],
        ),
        "items_cached": columns.integer("Texts answered from the cache.", _NO_LESS, sources=_ITEMS),
        "hit_rate": columns.real("Share of texts answered from the cache.", low=0, high=1, sources=_ITEMS),
        "tokens_in": columns.integer("Tokens read.", _NO_LESS, sources=["api_calls.tokens_in"]),
        "tokens_out": columns.integer("Tokens written.", _NO_LESS, sources=["api_calls.tokens_out"]),
        "characters": columns.integer("Characters charged.", _NO_LESS, sources=["api_calls.characters"]),
        "records": columns.integer("Text records charged.", _NO_LESS, sources=["api_calls.records"]),
        "cost_usd": columns.real("What all of it cost, possibly paid calls included.", low=0, sources=_COST),
        "possibly_paid_usd": columns.real(
            "Of that, what nobody knows to have been charged.", low=0, sources=[*_COST, "api_calls.status"]
        ),
        "month": columns.text("The day's month, in UTC: `2026-11`.", sources=["api_calls.called_at"]),
        "month_to_date_usd": columns.real(
            "What the month has cost so far, all providers together.", low=0, sources=_COST
        ),
        "month_forecast_usd": columns.real(
            "What the month will have cost at its end: so far, and for the time that is left the mean daily spend of "
            "the last 28 days. Of a month that is over, what it cost.",
            low=0,
            sources=_COST,
        ),
        "budget_usd_month": columns.real("The month's budget, if there is one.", low=0, nullable=True),
        "budget_used_share": columns.real("Month to date over budget.", low=0, nullable=True, sources=_COST),
        "alert_level": columns.category("The share of the budget, in per cent, that is passed.", ALERT_LEVELS),
    },
)
