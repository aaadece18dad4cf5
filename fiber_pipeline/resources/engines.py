"""The engine chains as a resource."""

from fiber_pipeline.chains import Chains, build_chains
from fiber_pipeline.settings import Settings


class EnginesResource:
    """Makes the engines the settings name, once, when an asset first asks: lexicons take a moment to load."""

    def __init__(self, settings: Settings, chains: Chains | None = None) -> None:
        self._settings = settings
        self._chains = chains

    def open(self) -> Chains:
        """The engines of this process."""
        if self._chains is None:
            self._chains = build_chains(self._settings)
        return self._chains
