"""`api_costs`: what services cost, and how that stands to the budget."""

from datetime import UTC, datetime
from typing import Any

import dagster as dg
import pandas as pd

from fiber_pipeline.assets.publishing import table_asset
from fiber_pipeline.outputs.rendering import chart_markdown
from fiber_pipeline.resources import ResponseStoreResource, WarehouseResource
from fiber_pipeline.services.costs import Efficiency, measure_costs, measure_efficiency
from fiber_pipeline.tables import API_COSTS

_DAYS_SHOWN = 60


@table_asset(
    API_COSTS,
    code=["services/costs.py"],
    reads={
        "api_calls": [
            "called_at",
            "provider",
            "model",
            "operation",
            "status",
            "cached",
            "items",
            "tokens_in",
            "tokens_out",
            "characters",
            "records",
            "cost_usd",
        ]
    },
)
def api_costs(
    context: dg.AssetExecutionContext,
    api_calls: pd.DataFrame,
    warehouse: WarehouseResource,
    response_store: dg.ResourceParam[ResponseStoreResource],
) -> pd.DataFrame:
    """What services cost by day, provider, model and operation, with the month's forecast and the budget's state."""
    costs = measure_costs(api_calls, response_store.budget_usd_month, datetime.now(UTC))
    rows = warehouse.open().row_counts()
    efficiency = measure_efficiency(costs, rows["comments"], rows["insights"])
    # Named, since a table's checks are outputs of its step too.
    context.add_output_metadata(_metadata(costs, efficiency), output_name="result")
    return costs


def _metadata(costs: pd.DataFrame, efficiency: Efficiency) -> dict[str, Any]:
    if costs.empty:
        return {"cost_usd": 0.0}
    latest = costs.iloc[-1]
    figures = {
        "cost_usd": efficiency.cost_usd,
        "cost_usd_per_comment": efficiency.usd_per_comment,
        "cost_usd_per_insight": efficiency.usd_per_insight,
        "hit_rate": efficiency.hit_rate,
        "asked_again_share": efficiency.asked_again_share,
        "month": latest["month"],
        "month_to_date_usd": latest["month_to_date_usd"],
        "month_forecast_usd": latest["month_forecast_usd"],
        "budget_usd_month": latest["budget_usd_month"],
        "budget_used_share": latest["budget_used_share"],
        "alert_level": latest["alert_level"],
    }
    return {
        **{name: value for name, value in figures.items() if value is not None and value is not pd.NA},
        "plot": dg.MetadataValue.md(chart_markdown(_chart(costs), "Cost by day and provider, in US dollars")),
    }


def _chart(costs: pd.DataFrame) -> dict[str, Any]:
    """Cost by day, stacked by provider, as a Vega-Lite specification."""
    by_day = costs.groupby(["day", "provider"], as_index=False)["cost_usd"].sum()
    shown = by_day[by_day["day"].isin(sorted(by_day["day"].unique())[-_DAYS_SHOWN:])]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": 560,
        "height": 160,
        "background": "white",
        "data": {"values": shown.astype({"cost_usd": "float64"}).to_dict("records")},
        "mark": "bar",
        "encoding": {
            "x": {"field": "day", "type": "ordinal", "title": None, "axis": {"labelOverlap": True}},
            "y": {"field": "cost_usd", "type": "quantitative", "title": "USD", "axis": {"tickCount": 4}},
            "color": {"field": "provider", "type": "nominal", "title": None},
        },
    }
