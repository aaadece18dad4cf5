"""The batches that somebody is at work on, so that no sensor asks for a second run of one."""

from datetime import UTC, datetime, timedelta

import dagster as dg

_PARTITION_TAG = "dagster/partition"
# A run whose process was killed may stay started for ever; after this long nothing waits for it.
LONGEST_RUN = timedelta(hours=6)
_UNFINISHED = [
    status
    for status in dg.DagsterRunStatus
    if status not in (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)
]


def runs_under_way(instance: dg.DagsterInstance) -> list[dg.DagsterRun]:
    """The runs that are at work, or wait to be."""
    recent = dg.RunsFilter(statuses=_UNFINISHED, created_after=datetime.now(UTC) - LONGEST_RUN)
    return list(instance.get_runs(recent))


def batches_under_way(instance: dg.DagsterInstance) -> set[str]:
    """The batches that a run is at work on, or waits to be."""
    return {run.tags[_PARTITION_TAG] for run in runs_under_way(instance) if _PARTITION_TAG in run.tags}
