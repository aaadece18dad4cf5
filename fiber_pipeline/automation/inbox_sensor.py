"""The sensor that turns files dropped into the inbox into runs."""

import time
from collections.abc import Collection

import dagster as dg

from fiber_pipeline.assets.jobs import analyse_batch
from fiber_pipeline.assets.partitions import FEEDBACK_BATCHES
from fiber_pipeline.automation.openai_batch_sensor import submit_batch
from fiber_pipeline.inbox import Arrival, UnusableName, check_batch_key, find_arrivals
from fiber_pipeline.inbox.arrivals import dump_seen, load_seen
from fiber_pipeline.insight import incomplete_batches
from fiber_pipeline.operations.corrections import note_corrections
from fiber_pipeline.operations.under_way import batches_under_way
from fiber_pipeline.resources import InboxResource, WarehouseResource
from fiber_pipeline.resources.openai_batches import OpenAIBatchesResource


@dg.sensor(
    jobs=[analyse_batch, submit_batch],
    minimum_interval_seconds=30,
    description=(
        "Looks for new and changed files in the inbox; each becomes a batch and a run of `analyse_batch`, or of "
        "`submit_batch` where OpenAI is asked through its Batch API."
    ),
)
def inbox_sensor(
    context: dg.SensorEvaluationContext,
    inbox: InboxResource,
    warehouse: WarehouseResource,
    openai_batches: dg.ResourceParam[OpenAIBatchesResource],
) -> dg.SensorResult:
    """Ask for a run for each arrival, at most `batches_per_tick` of them; the rest wait for the next tick.

    A file whose batch is at work waits too. A batch that is not whole though nobody is at work on it is run again, once
    for what it is like.
    """
    box, quarantine = inbox.open(), inbox.quarantine()
    files, busy = box.files(), batches_under_way(context.instance)
    arrivals, seen = find_arrivals(
        files,
        load_seen(context.cursor),
        now=time.time(),
        settle_seconds=inbox.settle_seconds,
        limit=inbox.batches_per_tick,
        sha256=box.sha256,
        busy=busy,
    )
    usable = []
    for arrival in arrivals:
        try:
            check_batch_key(arrival.batch)
        except UnusableName as problem:
            # No run can have this key, so the note is left here rather than by the run.
            quarantine.take(box, arrival.batch, str(problem))
            context.log.error("quarantined: %s", problem)
        else:
            usable.append(arrival)
    cursor = dump_seen(seen)
    requests = [
        _request(arrival, submit_batch.name if openai_batches.is_on else analyse_batch.name) for arrival in usable
    ]
    # Where answers are waited for, batches are incomplete for hours, and followed by `openai_batch_sensor`.
    if not openai_batches.is_on:
        settled = {file.batch for file in files if not seen[file.batch].is_pending} - {each.batch for each in usable}
        requests += _completions(warehouse, settled - busy, inbox.batches_per_tick - len(requests))
    if not requests:
        waiting = sum(item.is_pending for item in seen.values())
        reason = f"nothing new among {len(seen)} files; {waiting} still settling"
        return dg.SensorResult(skip_reason=reason, cursor=cursor)
    note_corrections(context.instance, warehouse.open())
    batches = [request.partition_key for request in requests if request.partition_key]
    return dg.SensorResult(
        run_requests=requests,
        dynamic_partitions_requests=[FEEDBACK_BATCHES.build_add_request(batches)],
        cursor=cursor,
    )


def _completions(warehouse: WarehouseResource, candidates: Collection[str], most: int) -> list[dg.RunRequest]:
    with warehouse.open().reader() as connection:
        left = [item for item in incomplete_batches(connection) if item.batch in candidates][: max(0, most)]
    return [
        dg.RunRequest(
            job_name=analyse_batch.name, run_key=f"{each.batch}:whole:{each.latest}", partition_key=each.batch
        )
        for each in left
    ]


def _request(arrival: Arrival, job_name: str) -> dg.RunRequest:
    # The time is in the key so that a file that returns to an earlier content, or is dropped again, runs again.
    return dg.RunRequest(
        job_name=job_name,
        run_key=f"{arrival.batch}:{arrival.sha256}:{arrival.modified}",
        partition_key=arrival.batch,
        tags={"fiber/sha256": arrival.sha256[:16]},
    )
