"""`executive_summary` and `recommendations`: what to know and what to do, in words.

One step writes both, since both rest on one answer where a service is asked: it is paid for once, and its failure is
the same for both.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg

from fiber_pipeline.assets.code_version import code_version
from fiber_pipeline.assets.publishing import Events, measuring, publish, spec, table_outs
from fiber_pipeline.checks import SCHEMA
from fiber_pipeline.insight import ExecutiveSummary, recommend, summarise, summary_frame
from fiber_pipeline.insight.openai_summary import writer_of
from fiber_pipeline.resources import ResponseStoreResource, WarehouseResource
from fiber_pipeline.services.caller import calling
from fiber_pipeline.settings import WRITER, Settings
from fiber_pipeline.tables import EXECUTIVE_SUMMARY, RECOMMENDATIONS

_VERSION = code_version("insight", "services/openai/prompts")


@dg.multi_asset(
    name="recommendations",
    outs=table_outs(
        (
            (
                EXECUTIVE_SUMMARY,
                "What to know in a minute, in Spanish, each sentence with the figures and comments it rests on.",
            ),
            (
                RECOMMENDATIONS,
                "What to do first, in Spanish, each with its reason, expected effect, effort and the comments it "
                "rests on.",
            ),
        ),
        _VERSION,
    ),
    deps=["themes", "insights", "forecasts"],
    check_specs=[spec(SCHEMA, EXECUTIVE_SUMMARY), spec(SCHEMA, RECOMMENDATIONS)],
)
def recommendations(
    context: dg.AssetExecutionContext,
    warehouse: WarehouseResource,
    settings: dg.ResourceParam[Settings],
    response_store: dg.ResourceParam[ResponseStoreResource],
) -> Events:
    """Write the executive summary and the recommendations, with OpenAI where it is set."""
    with measuring(warehouse) as told:
        yield from _write(context, warehouse, settings, response_store, told)


def _write(
    context: dg.AssetExecutionContext,
    warehouse: WarehouseResource,
    settings: Settings,
    response_store: ResponseStoreResource,
    told: Mapping[str, str],
) -> Events:
    reader = warehouse.counted
    if WRITER in settings.services:
        with calling(context.run.run_id, None):
            summary, advice = writer_of(settings, response_store.open(), reader).write()
    else:
        with reader() as connection:
            summary, advice = summarise(connection), recommend(connection)
    if summary.fallback_reason is not None:
        context.log.warning("the executive summary is in the rules' words: %s", summary.fallback_reason)
    yield from publish(
        EXECUTIVE_SUMMARY,
        summary_frame(summary),
        metadata={**told, **_dropped(summary)},
        output_name=EXECUTIVE_SUMMARY.name,
    )
    yield from publish(RECOMMENDATIONS, advice, metadata=told, output_name=RECOMMENDATIONS.name)


def _dropped(summary: ExecutiveSummary) -> dict[str, Any]:
    """How many sentences were dropped. What they said, and why they were, quotes figures and words they made up."""
    return {"dropped": len(summary.dropped)}
