"""The sensor that takes in what people reviewed, and has the batches annotated again that do not say so yet."""

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict

import dagster as dg

from fiber_pipeline.assets.jobs import ANNOTATION_ASSETS, analyse_batch, take_in_reviews
from fiber_pipeline.assets.partitions import FEEDBACK_BATCHES
from fiber_pipeline.automation.openai_batch_sensor import submit_batch
from fiber_pipeline.inbox import Arrival, Seen
from fiber_pipeline.operations.under_way import batches_under_way
from fiber_pipeline.resources import EnginesResource, InboxResource, WarehouseResource
from fiber_pipeline.resources.openai_batches import OpenAIBatchesResource
from fiber_pipeline.review.folder import find_returned
from fiber_pipeline.review.pending import PendingBatch, pending_batches
from fiber_pipeline.settings import Settings


@dg.sensor(
    jobs=[take_in_reviews, analyse_batch, submit_batch],
    minimum_interval_seconds=30,
    description=(
        "Looks for reviewed workbooks, which a run of `take_in_reviews` takes in; then asks for a run of each batch "
        "that does not say what people say, from `translated_comments` on."
    ),
)
def reviews_sensor(
    context: dg.SensorEvaluationContext,
    settings: dg.ResourceParam[Settings],
    inbox: InboxResource,
    warehouse: WarehouseResource,
    engines: dg.ResourceParam[EnginesResource],
    openai_batches: dg.ResourceParam[OpenAIBatchesResource],
) -> dg.SensorResult:
    """Ask for one run that takes in all that has come back; once there is none, for a run of each batch that lacks it.

    A batch is asked for once for what people say of it, at most `batches_per_tick` at a time, and not while another
    run of it is under way. A run that fails is not repeated before somebody says something else.
    """
    seen, asked = _load(context.cursor)
    arrivals, seen = find_returned(settings.reviews_dir, seen, now=time.time(), settle_seconds=inbox.settle_seconds)
    if arrivals:
        return dg.SensorResult(run_requests=[_taking_in(arrivals)], cursor=_dump(seen, asked))
    with warehouse.open().reader() as connection:
        pending = pending_batches(connection, engines.taxonomy().themes)
    asked = {item.batch: item.said for item in pending if asked.get(item.batch) == item.said}
    busy = asked.keys() | batches_under_way(context.instance)
    ready = [item for item in pending if item.batch not in busy][: inbox.batches_per_tick]
    cursor = _dump(seen, asked | {item.batch: item.said for item in ready})
    if not ready:
        settling = sum(item.is_pending for item in seen.values())
        told = f"{len(pending)} batches do not say what people say, and have a run already"
        told = told if pending else "every batch says what people say"
        return dg.SensorResult(
            skip_reason=f"nothing new among {len(seen)} workbooks, {settling} still settling; {told}", cursor=cursor
        )
    return dg.SensorResult(
        run_requests=[_annotating(item, is_submitted=openai_batches.is_on) for item in ready],
        dynamic_partitions_requests=[FEEDBACK_BATCHES.build_add_request([item.batch for item in ready])],
        cursor=cursor,
    )


def _taking_in(arrivals: Sequence[Arrival]) -> dg.RunRequest:
    content = json.dumps([[arrival.batch, arrival.sha256, arrival.modified] for arrival in arrivals])
    return dg.RunRequest(
        job_name=take_in_reviews.name, run_key=f"reviews:{hashlib.sha256(content.encode()).hexdigest()}"
    )


def _annotating(item: PendingBatch, *, is_submitted: bool) -> dg.RunRequest:
    # Its file may be gone from the inbox, or be another by now; what people say is about the comments as they are.
    job, assets = (submit_batch, ("openai_submissions",)) if is_submitted else (analyse_batch, ANNOTATION_ASSETS)
    return dg.RunRequest(
        job_name=job.name,
        run_key=f"{item.batch}:{item.said}",
        partition_key=item.batch,
        asset_selection=[dg.AssetKey(name) for name in assets],
    )


def _load(cursor: str | None) -> tuple[dict[str, Seen], dict[str, str]]:
    """The workbooks seen, and what people had said of a batch when a run of it was asked for."""
    known = json.loads(cursor) if cursor else {"seen": {}, "asked": {}}
    return {name: Seen(**item) for name, item in known["seen"].items()}, known["asked"]


def _dump(seen: Mapping[str, Seen], asked: Mapping[str, str]) -> str:
    return json.dumps({"seen": {name: asdict(item) for name, item in seen.items()}, "asked": dict(asked)})
