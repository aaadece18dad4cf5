"""The response store as a resource."""

import threading
from typing import TYPE_CHECKING

from fiber_pipeline.settings import Settings

if TYPE_CHECKING:
    from fiber_pipeline.services.store.protocol import ResponseStore


class ResponseStoreResource:
    """Opens the store the settings name, once, when somebody first asks for it: a run without services needs none."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._store: ResponseStore | None = None
        self._opening = threading.Lock()

    def open(self) -> "ResponseStore":
        """The store of this process. Raises StoreError if it cannot be opened."""
        from fiber_pipeline.services.store.opening import store_of

        with self._opening:
            if self._store is None:
                self._store = store_of(self._settings)
            return self._store

    @property
    def budget_usd_month(self) -> float | None:
        """What a month may cost, if that is limited."""
        return self._settings.budget_usd_month
