"""The inbox: where files are dropped, and which of them are new. What a file holds is the readers' business."""

from fiber_pipeline.inbox.arrivals import Arrival, Seen, find_arrivals
from fiber_pipeline.inbox.folder import (
    Added,
    Inbox,
    InboxFile,
    InboxUnusable,
    UnusableName,
    check_batch_key,
    printable_name,
)
from fiber_pipeline.inbox.quarantine import Quarantine

__all__ = [
    "Added",
    "Arrival",
    "Inbox",
    "InboxFile",
    "InboxUnusable",
    "Quarantine",
    "Seen",
    "UnusableName",
    "check_batch_key",
    "find_arrivals",
    "printable_name",
]
