"""Batch mode: the job that submits a batch of feedback, and the sensor that has it analysed when it is answered."""

import json
from typing import TYPE_CHECKING

import dagster as dg

from fiber_pipeline.assets.jobs import analyse_batch
from fiber_pipeline.assets.partitions import FEEDBACK_BATCHES
from fiber_pipeline.resources.openai_batches import OpenAIBatchesResource

if TYPE_CHECKING:
    from fiber_pipeline.services.openai.batches.desk import Ready

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
    """Collect what has ended and ask for a run of each batch of feedback that need wait no longer.

    Batches are let go a tick after their run was asked for, when the cursor proves that Dagster has heard of it.
    """
    if not openai_batches.may_be_followed:
        return dg.SensorResult(skip_reason="no OpenAI endpoint is set")
    desk = openai_batches.open()
    desk.release(json.loads(context.cursor or "[]"))
    look = desk.follow()
    for problem in look.problems:
        context.log.warning("%s", problem)
    known = set(context.instance.get_dynamic_partitions(FEEDBACK_BATCHES.name or ""))
    # Workers of another Dagster may share the journal: what is unknown here is theirs to analyse.
    ready = [each for each in look.ready if each.waiting.batch in known]
    for each in ready:
        for note in each.notes:
            context.log.warning("%s is analysed directly as far as need be: %s", each.waiting.batch, note)
    cursor = json.dumps([each.waiting.token for each in ready])
    if not ready:
        told = "; ".join([f"{len(look.open)} submissions are open", *look.problems])
        return dg.SensorResult(skip_reason=told, cursor=cursor)
    return dg.SensorResult(run_requests=[_request(each) for each in ready], cursor=cursor)


def _request(ready: "Ready") -> dg.RunRequest:
    tags = {"fiber/asked_directly": "; ".join(ready.notes)} if ready.notes else {}
    return dg.RunRequest(run_key=f"openai:{ready.waiting.token}", partition_key=ready.waiting.batch, tags=tags)
