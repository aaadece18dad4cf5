"""OpenAI's Batch API as a resource."""

from typing import TYPE_CHECKING

from fiber_pipeline.resources.response_store import ResponseStoreResource
from fiber_pipeline.services.openai.batches.journal.opening import is_there
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

    @property
    def may_be_followed(self) -> bool:
        """Whether there is anything to follow: where no endpoint is left, there may still be batches that wait."""
        return self.has_endpoint or is_there(self._settings.cache_url, self._settings.cache_dir)

    def open(self) -> "BatchDesk":
        """The desk of this process. Raises StoreError, TaxonomyError or PriceFileError for what it needs and lacks."""
        from fiber_pipeline.annotation.chains import open_batch_desk

        if self._desk is None:
            self._desk = open_batch_desk(self._settings, self._response_store.open())
        return self._desk
