"""The sensor that tells people of failed runs."""

import time
from collections.abc import Iterator

import dagster as dg

from fiber_pipeline.alerts.webhook import AlertNotSent, send_alert
from fiber_pipeline.operations.failures import reason_of
from fiber_pipeline.settings import Settings

_WILL_RETRY = "dagster/will_retry"
_PARTITION = "dagster/partition"
_RUNS_PER_TICK = 20
# Dagster says whether it does a run again a moment after it has failed.
_UNDECIDED_SECONDS = 60.0


@dg.sensor(
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Says once of each run that failed for good, in the log and to the webhook if one is set, what failed "
    "and why. A run that is done again by itself is not told of before its last attempt.",
)
def failed_runs_sensor(context: dg.SensorEvaluationContext, settings: dg.ResourceParam[Settings]) -> dg.SensorResult:
    """Tell of what failed since the last tick; the cursor is the last failure that needs no more telling."""
    cursor, told = _latest(context.instance) if context.cursor is None else int(context.cursor), 0
    for number, run in _failed_since(context.instance, cursor):
        text = _text(context.instance, run)
        if text is not None:
            context.log.warning(text)
            try:
                if settings.alert_webhook is not None:
                    send_alert(settings.alert_webhook, f"fiber_pipeline: {text}")
            except AlertNotSent as problem:
                # Told of again at the next tick.
                context.log.error("nobody was told of the failed run: %s", problem)
                return dg.SensorResult(skip_reason=str(problem), cursor=str(cursor))
            told += 1
        cursor = number
    return dg.SensorResult(skip_reason=f"told of {told} failed runs", cursor=str(cursor))


def _latest(instance: dg.DagsterInstance) -> int:
    newest = instance.fetch_run_status_changes(dg.DagsterEventType.RUN_FAILURE, limit=1).records
    return newest[0].storage_id if newest else 0


def _failed_since(instance: dg.DagsterInstance, cursor: int) -> Iterator[tuple[int, dg.DagsterRun]]:
    """Failed runs with the number of their failure, oldest first, up to one that may be done again yet."""
    wanted = dg.RunStatusChangeRecordsFilter(dg.DagsterEventType.RUN_FAILURE, after_storage_id=cursor)
    for record in instance.fetch_run_status_changes(wanted, limit=_RUNS_PER_TICK, ascending=True).records:
        run = instance.get_run_by_id(record.run_id)
        if run is None:
            continue
        if _WILL_RETRY not in run.tags and time.time() - record.timestamp < _UNDECIDED_SECONDS:
            return
        yield record.storage_id, run


def _text(instance: dg.DagsterInstance, run: dg.DagsterRun) -> str | None:
    """What to say of a failed run; None where it is done again, or was somebody's command, who has been told."""
    if run.tags.get(_WILL_RETRY) == "true" or run.remote_job_origin is None:
        return None
    failures = [
        entry.dagster_event
        for entry in instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
        if entry.dagster_event is not None
    ]
    batch = run.tags.get(_PARTITION)
    name = f"{run.job_name} of {batch}" if batch else run.job_name
    return f"{name} failed: {reason_of(failures, for_outside=True)} (run {run.run_id})"
