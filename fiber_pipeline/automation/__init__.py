"""What runs without being asked: schedules and sensors, listed with the jobs they launch.

Deciding what is new belongs to `inbox`; the jobs themselves to `assets`.
"""

from fiber_pipeline.assets.jobs import (
    analyse_batch,
    compare_engines,
    refresh_insights,
    take_in_reviews,
    write_reports,
)
from fiber_pipeline.automation.budget_sensor import budget_alerts_sensor
from fiber_pipeline.automation.failed_runs_sensor import failed_runs_sensor
from fiber_pipeline.automation.healing_sensor import dead_runs_sensor
from fiber_pipeline.automation.inbox_sensor import inbox_sensor
from fiber_pipeline.automation.openai_batch_sensor import openai_batch_sensor, submit_batch
from fiber_pipeline.automation.reviews_sensor import reviews_sensor
from fiber_pipeline.automation.schedules import daily_insights

ALL_JOBS = (analyse_batch, submit_batch, refresh_insights, write_reports, compare_engines, take_in_reviews)
ALL_SCHEDULES = (daily_insights,)
ALL_SENSORS = (
    inbox_sensor,
    reviews_sensor,
    openai_batch_sensor,
    budget_alerts_sensor,
    dead_runs_sensor,
    failed_runs_sensor,
)

__all__ = ["ALL_JOBS", "ALL_SCHEDULES", "ALL_SENSORS"]
