"""Batch mode: the job that submits a batch of feedback, and the sensor that has it analysed when it is answered."""

import json

import dagster as dg

from fiber_pipeline.assets.partitions import FEEDBACK_BATCHES
from fiber_pipeline.automation.jobs import analyse_batch
from fiber_pipeline.resources.openai_batches import OpenAIBatchesResource
from fiber_pipeline.services.failures import ServiceFailure

SUBMITTED_ASSETS = ("raw_comments", "rejected_rows", "comments", "openai_submissions")

submit_batch = dg.define_asset_job(
    "submit_batch",
    selection=dg.AssetSelection.assets(*SUBMITTED_ASSETS),
    description="Reads one file of the inbox and submits what it would ask of OpenAI to the Batch API.",
)


@dg.sensor(
    job=analyse_batch,
    minimum_interval_seconds=300,
    description="Follows OpenAI's batches for hours; once a batch of feedback has its answers, it is analysed.",
)
def openai_batch_sensor(
    context: dg.SensorEvaluationContext, openai_batches: dg.ResourceParam[OpenAIBatchesResource]
) -> dg.SensorResult:
    """Collect what has ended and ask for a run of each batch of feedback that waits for nothing any more.

    Batches are let go a tick after their run was asked for, when the cursor proves that Dagster has heard of it.
    """
    if not openai_batches.has_endpoint:
        return dg.SensorResult(skip_reason="no OpenAI endpoint is set")
    desk = openai_batches.open()
    desk.release(json.loads(context.cursor or "[]"))
    try:
        told = f"{len(desk.follow())} submissions are open"
    except ServiceFailure as failure:
        # What could be collected was; the rest is looked at again next time.
        told = f"OpenAI could not be asked: {failure}"
        context.log.warning("%s", told)
    ready = desk.ready()
    known = set(context.instance.get_dynamic_partitions(FEEDBACK_BATCHES.name or ""))
    requests = [
        dg.RunRequest(run_key=f"openai:{each.token}", partition_key=each.batch) for each in ready if each.batch in known
    ]
    cursor = json.dumps([each.token for each in ready])
    if not requests:
        return dg.SensorResult(skip_reason=told, cursor=cursor)
    return dg.SensorResult(run_requests=requests, cursor=cursor)
