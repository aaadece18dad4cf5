"""`engine_agreement` and `engine_disputes`: every engine asked about the same sample."""

import dagster as dg

from fiber_pipeline.assets.code_version import code_version
from fiber_pipeline.assets.publishing import Events, publish, spec, table_outs
from fiber_pipeline.checks import SCHEMA
from fiber_pipeline.resources import EnginesResource, WarehouseResource
from fiber_pipeline.review.engine_agreement import compare_engines
from fiber_pipeline.review.sampling import sample_texts
from fiber_pipeline.services.caller import calling
from fiber_pipeline.settings import Settings
from fiber_pipeline.tables import ENGINE_AGREEMENT, ENGINE_DISPUTES

_VERSION = code_version("review", "annotation/engines.py")


@dg.multi_asset(
    name="engine_agreement",
    outs=table_outs(
        (
            (ENGINE_AGREEMENT, "How far the engines of each chain agree on a sample, and with the customers' scores."),
            (ENGINE_DISPUTES, "The texts of the sample on which engines differ, with what each of them says."),
        ),
        _VERSION,
    ),
    deps=["comments", "translated_comments", "sentiment_scores"],
    check_specs=[spec(SCHEMA, ENGINE_AGREEMENT), spec(SCHEMA, ENGINE_DISPUTES)],
)
def engine_agreement(
    context: dg.AssetExecutionContext,
    warehouse: WarehouseResource,
    engines: dg.ResourceParam[EnginesResource],
    settings: dg.ResourceParam[Settings],
) -> Events:
    """Ask every engine about a sample of texts and compare what they say."""
    with warehouse.open().reader() as connection:
        sample = sample_texts(connection, settings.agreement_sample)
    chains = engines.open()
    with calling(context.run.run_id, None):
        found = compare_engines(
            sample,
            {engine.name: engine for engine in chains.sentiment},
            {engine.name: engine for engine in chains.themes},
        )
    for note in found.notes:
        context.log.info(note)
    yield from publish(
        ENGINE_AGREEMENT,
        found.figures,
        metadata={"sample": len(sample), "left_open": "\n".join(found.notes)},
        output_name=ENGINE_AGREEMENT.name,
    )
    yield from publish(ENGINE_DISPUTES, found.disputes, output_name=ENGINE_DISPUTES.name)
