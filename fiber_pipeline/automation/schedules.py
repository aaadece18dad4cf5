"""The schedules, in the time zone of the business."""

import dagster as dg

from fiber_pipeline.assets.jobs import refresh_insights

BUSINESS_TIME_ZONE = "America/Asuncion"

daily_insights = dg.ScheduleDefinition(
    name="daily_insights",
    job=refresh_insights,
    cron_schedule="0 6 * * *",
    execution_timezone=BUSINESS_TIME_ZONE,
    description="Every morning at six: what came in yesterday is in the insights, the workbook and the report.",
)
