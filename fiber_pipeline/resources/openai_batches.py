"""OpenAI's Batch API as a resource."""

from typing import TYPE_CHECKING

from fiber_pipeline.resources.response_store import ResponseStoreResource
from fiber_pipeline.settings import Settings

if TYPE_CHECKING:
    from fiber_pipeline.services.openai.batches.desk import BatchDesk


class OpenAIBatchesResource:
    """Opens what batch mode needs, once, when somebody first asks: most runs do not."""

    def __init__(self, settings: Settings, response_store: ResponseStoreResource) -> None:
        self._settings = settings
        self._response_store = response_store
        self._desk: BatchDesk | None = None

    @property
    def has_endpoint(self) -> bool:
        """Whether there is an OpenAI to submit to."""
        return "openai" in self._settings.services

    @property
    def is_on(self) -> bool:
        """Whether batches of feedback are submitted before they are analysed."""
        return self.has_endpoint and self._settings.openai_mode == "batch"

    def open(self) -> "BatchDesk":
        """The desk of this process. Raises StoreError, TaxonomyError or PriceFileError for what it needs and lacks."""
        from fiber_pipeline.services.openai.batches.desk import BatchDesk
        from fiber_pipeline.services.prices import Prices
        from fiber_pipeline.themes import load_taxonomy

        if self._desk is None:
            taxonomy, prices = load_taxonomy(self._settings.taxonomy), Prices(self._settings.prices)
            self._desk = BatchDesk(self._settings, taxonomy, self._response_store.open(), prices)
        return self._desk
