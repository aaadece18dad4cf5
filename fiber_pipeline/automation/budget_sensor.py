"""The sensor that says when the month's budget for paid services runs low."""

from datetime import UTC, datetime

import dagster as dg

from fiber_pipeline.alerts.webhook import AlertNotSent, send_alert
from fiber_pipeline.resources import ResponseStoreResource
from fiber_pipeline.services.costs import alert_level, budget_alerts
from fiber_pipeline.services.money import usd
from fiber_pipeline.services.store.protocol import Budget
from fiber_pipeline.settings import Settings


@dg.sensor(
    minimum_interval_seconds=300,
    description="Says once a month each, in the log and to the webhook if one is set, that 80 % and 100 % of the "
    "month's budget for paid services are spent.",
)
def budget_alerts_sensor(
    context: dg.SensorEvaluationContext,
    settings: dg.ResourceParam[Settings],
    response_store: dg.ResourceParam[ResponseStoreResource],
) -> dg.SensorResult:
    """Compare what the month has spent with its budget; the cursor holds what was said last."""
    if settings.budget_usd_month is None:
        return dg.SensorResult(skip_reason="FIBER_BUDGET_USD_MONTH is not set", cursor=context.cursor)
    month = f"{datetime.now(UTC):%Y-%m}"
    spend = response_store.open().spend(month=month)
    level = alert_level(spend.total_usd / settings.budget_usd_month)
    said = f"{month} {level}"
    told = f"{usd(spend.total_usd)} of {usd(settings.budget_usd_month)} USD spent in {month}"
    if level == "none" or said == context.cursor:
        return dg.SensorResult(skip_reason=told, cursor=context.cursor)
    for line in budget_alerts(spend, Budget(month_usd=settings.budget_usd_month)):
        context.log.warning(line)
        if settings.alert_webhook is not None:
            try:
                send_alert(settings.alert_webhook, f"fiber_pipeline: {line}")
            except AlertNotSent as problem:
                # Said again at the next tick.
                context.log.error("nobody was told of the budget: %s", problem)
                return dg.SensorResult(skip_reason=f"{told}; {problem}", cursor=context.cursor)
    return dg.SensorResult(skip_reason=f"{told}; said so", cursor=said)
