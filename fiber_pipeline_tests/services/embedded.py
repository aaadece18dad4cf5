"""An enricher as a run on one machine has it: the embedded store, the package's prices, and little patience."""

from pathlib import Path

from fiber_pipeline.services.enrichment import Enricher
from fiber_pipeline.services.policy import Policy
from fiber_pipeline.services.prices import Prices
from fiber_pipeline.services.store.opening import open_store

IMPATIENT = Policy(request_seconds=5.0, item_seconds=5.0, first_pause_seconds=0.01, longest_pause_seconds=0.05)


def embedded_enricher(folder: Path, policy: Policy = IMPATIENT) -> Enricher:
    return Enricher(open_store(None, folder), Prices(), policy=policy)
