"""`corrections`: what people say of comments, taken in from the workbooks they reviewed."""

import dagster as dg

from fiber_pipeline.assets.code_version import code_version
from fiber_pipeline.assets.publishing import IO_MANAGER, Events, describe, publish, spec
from fiber_pipeline.assets.telling import without_words
from fiber_pipeline.checks import SCHEMA
from fiber_pipeline.cleaning import shown
from fiber_pipeline.resources import EnginesResource, WarehouseResource
from fiber_pipeline.review.corrections import take_in
from fiber_pipeline.review.folder import open_files, review_files
from fiber_pipeline.settings import Settings
from fiber_pipeline.tables import CORRECTIONS
from fiber_pipeline.warehouse.dagster_metadata import table_metadata

_NOTHING_REFUSED = "nothing_refused"
_SHOWN = 50


@dg.asset(
    name=CORRECTIONS.name,
    description=describe(
        CORRECTIONS,
        "What people say of comments: every workbook in `$FIBER_DATA_DIR/reviews` that no program has open, joined to "
        "what was taken in before. Where somebody has spoken of a text, their labels win over engines'.",
    ),
    io_manager_key=IO_MANAGER,
    code_version=code_version("review"),
    metadata=table_metadata(CORRECTIONS),
    check_specs=[
        spec(SCHEMA, CORRECTIONS),
        dg.AssetCheckSpec(
            _NOTHING_REFUSED,
            asset=CORRECTIONS.name,
            description="No workbook in the folder holds a row that was refused.",
        ),
    ],
)
def corrections(
    context: dg.AssetExecutionContext,
    warehouse: WarehouseResource,
    engines: dg.ResourceParam[EnginesResource],
    settings: dg.ResourceParam[Settings],
) -> Events:
    """Take in the workbooks that people have reviewed."""
    files = review_files(settings.reviews_dir)
    with without_words():
        taken = take_in(warehouse.open().read(CORRECTIONS), files, engines.taxonomy().themes)
    left = [path.name for path in open_files(settings.reviews_dir)]
    if left:
        context.log.warning("left for when they are closed: %s", shown(", ".join(left)))
    refusals = [shown(str(refusal)) for refusal in taken.refusals]
    for refusal in refusals[:_SHOWN]:
        context.log.warning(refusal)
    yield from publish(
        CORRECTIONS,
        taken.frame,
        metadata={
            "workbooks": len(files),
            "open": len(left),
            "refused": len(refusals),
            **({"refused_rows": "\n".join(refusals[:_SHOWN])} if refusals else {}),
        },
    )
    yield dg.AssetCheckResult(
        check_name=_NOTHING_REFUSED,
        passed=not refusals,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{len(refusals)} rows or files of {len(files)} workbooks were refused",
    )
