"""Dagster resources: thin owners of connections, folders and engines. What they do lives in the core packages."""

from fiber_pipeline.resources.engines import EnginesResource
from fiber_pipeline.resources.identities import IdentitiesResource
from fiber_pipeline.resources.inbox import InboxResource
from fiber_pipeline.resources.outputs import OutputsResource
from fiber_pipeline.resources.progress import LoggedProgress, ProgressResource
from fiber_pipeline.resources.response_store import ResponseStoreResource
from fiber_pipeline.resources.warehouse import WarehouseResource

__all__ = [
    "EnginesResource",
    "IdentitiesResource",
    "InboxResource",
    "LoggedProgress",
    "OutputsResource",
    "ProgressResource",
    "ResponseStoreResource",
    "WarehouseResource",
]
