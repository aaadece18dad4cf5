"""`openai_submissions`: what a batch of feedback asks of OpenAI's Batch API."""

import dagster as dg
import pandas as pd

from fiber_pipeline.annotation.corrections import DECIDING_COLUMNS
from fiber_pipeline.annotation.engines import distinct_texts
from fiber_pipeline.annotation.translation.translated_comments import tell_languages
from fiber_pipeline.assets.code_version import code_version
from fiber_pipeline.assets.partitions import FEEDBACK_BATCHES
from fiber_pipeline.resources import EnginesResource
from fiber_pipeline.resources.openai_batches import OpenAIBatchesResource
from fiber_pipeline.services.caller import calling


@dg.asset(
    partitions_def=FEEDBACK_BATCHES,
    ins={
        "comments": dg.AssetIn(metadata={"columns": ["text", "text_key"]}),
        "corrections": dg.AssetIn(metadata={"columns": list(DECIDING_COLUMNS)}),
    },
    code_version=code_version("services/openai"),
)
def openai_submissions(
    context: dg.AssetExecutionContext,
    comments: pd.DataFrame,
    corrections: pd.DataFrame,
    engines: dg.ResourceParam[EnginesResource],
    openai_batches: dg.ResourceParam[OpenAIBatchesResource],
) -> dg.MaterializeResult[None]:
    """What is submitted to OpenAI's Batch API for a batch of feedback, whose analysis waits for the answers.

    Answered within a day, at half the price; `openai_batch_sensor` follows and starts the analysis.
    """
    request = distinct_texts(comments, ["text", "text_key"]).request
    desk = openai_batches.open()
    with calling(context.run.run_id, context.partition_key):
        texts = {"annotate": request["text"].tolist()}
        if "translate" in desk.questions:
            chains = engines.open()
            languages = tell_languages(request, chains.language, corrections=corrections)["language"].to_pylist()
            foreign = [language in chains.translation[0].translates for language in languages]
            texts["translate"] = request["text"][foreign].tolist()
        submitted = desk.submit(context.partition_key, texts)
    metadata: dict[str, dg.MetadataValue] = {}
    for name, one in submitted.items():
        metadata[f"{name}/texts"] = dg.MetadataValue.int(sum(each.items for each in one.submissions))
        metadata[f"{name}/already_answered"] = dg.MetadataValue.int(one.cached)
        metadata[f"{name}/already_asked"] = dg.MetadataValue.int(one.outstanding)
        told = [{"id": each.id, "endpoint": each.endpoint, "batch": each.remote_id} for each in one.submissions]
        metadata[f"{name}/submissions"] = dg.MetadataValue.json(told)
        if one.held_back is not None:
            metadata[f"{name}/held_back"] = dg.MetadataValue.text(one.held_back)
            context.log.warning("%s is not submitted whole, and the rest is asked directly: %s", name, one.held_back)
    return dg.MaterializeResult(metadata=metadata)
