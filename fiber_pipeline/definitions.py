"""Everything Dagster loads, assembled in one place."""

import logging
from collections.abc import Mapping
from typing import Any

import dagster as dg

from fiber_pipeline.assets import ALL_ASSETS
from fiber_pipeline.assets.policy import apply_policy
from fiber_pipeline.assets.publishing import IO_MANAGER
from fiber_pipeline.automation import ALL_JOBS, ALL_SCHEDULES, ALL_SENSORS
from fiber_pipeline.automation.executor import attended_executor
from fiber_pipeline.checks.completeness import batches_are_whole
from fiber_pipeline.checks.quality import QUALITY_CHECKS
from fiber_pipeline.resources import (
    EnginesResource,
    IdentitiesResource,
    InboxResource,
    LoggedProgress,
    OutputsResource,
    ResponseStoreResource,
    WarehouseResource,
)
from fiber_pipeline.resources.openai_batches import OpenAIBatchesResource
from fiber_pipeline.settings import Settings, unknown_names
from fiber_pipeline.text.addresses import shown
from fiber_pipeline.warehouse.io_manager import WarehouseIOManager

_log = logging.getLogger(__name__)


def build_resources(settings: Settings) -> dict[str, Any]:
    """The resources that the settings ask for, by the name assets know them by."""
    # Named rather than given, so that the UI shows where a secret comes from and never the secret.
    key = dg.EnvVar("FIBER_WAREHOUSE_KEY") if settings.warehouse_key else None
    response_store = ResponseStoreResource(settings)
    return {
        "settings": settings,
        "warehouse": WarehouseResource(
            location=settings.warehouse_location,
            key=key,
            count_incomplete=settings.incomplete_batches == "count",
        ),
        IO_MANAGER: WarehouseIOManager(location=settings.warehouse_location, key=key),
        "inbox": InboxResource(
            url=dg.EnvVar("FIBER_INBOX") if shown(settings.inbox_url) != settings.inbox_url else settings.inbox_url,
            quarantine_dir=str(settings.quarantine_dir),
            mapping=str(settings.mapping) if settings.mapping else None,
            max_file_mb=settings.max_file_mb,
            settle_seconds=settings.settle_seconds,
            batches_per_tick=settings.batches_per_tick,
        ),
        "outputs": OutputsResource(folder=str(settings.outputs_dir)),
        "response_store": response_store,
        "engines": EnginesResource(settings, open_store=response_store.open),
        "identities": IdentitiesResource(settings),
        "openai_batches": OpenAIBatchesResource(settings, response_store),
        "progress": LoggedProgress(),
    }


def build_definitions(
    overrides: Mapping[str, Any] | None = None,
    settings: Settings | None = None,
    logger: dg.LoggerDefinition | None = None,
) -> dg.Definitions:
    """The code location.

    overrides: replaces resources by name.
    settings: stands in for those of the environment.
    logger: hears the runs' events in place of Dagster's console log.
    """
    settings = settings or Settings.from_environment()
    return dg.Definitions(
        assets=apply_policy(ALL_ASSETS, settings),
        asset_checks=[*QUALITY_CHECKS, batches_are_whole],
        jobs=ALL_JOBS,
        schedules=ALL_SCHEDULES,
        sensors=ALL_SENSORS,
        resources={**build_resources(settings), **(overrides or {})},
        # A step in a process of its own costs seconds of imports; batches are parallel as runs instead.
        executor=attended_executor,
        loggers={"console": logger} if logger else None,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `dagster dev` and the code server load."""
    loaded = build_definitions()
    for name, nearest in unknown_names().items():
        _log.warning("%s is no setting and does nothing; the nearest is %s", name, nearest)
    return loaded
