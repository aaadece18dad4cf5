"""The engine chains as a resource."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from fiber_pipeline.annotation.chains import Chains, build_chains, build_second_net
from fiber_pipeline.settings import Settings

if TYPE_CHECKING:
    from fiber_pipeline.annotation.themes import Taxonomy
    from fiber_pipeline.cleaning.clean import SecondLook
    from fiber_pipeline.services.store.protocol import ResponseStore


class EnginesResource:
    """Makes the engines the settings name, once, when an asset first asks: lexicons take a moment to load."""

    def __init__(
        self,
        settings: Settings,
        chains: Chains | None = None,
        open_store: "Callable[[], ResponseStore] | None" = None,
    ) -> None:
        """chains: these engines in place of those the settings name. open_store: where services' answers are kept."""
        self._settings = settings
        self._chains = chains
        self._open_store = open_store

    def taxonomy(self) -> "Taxonomy":
        """The themes in force, with the user's own file taken in."""
        from fiber_pipeline.annotation.themes import load_taxonomy

        return load_taxonomy(self._settings.taxonomy)

    def second_look(self) -> "SecondLook | None":
        """What looks at redacted comments once more for personal data, if that is asked for."""
        return build_second_net(self._settings, self._open_store)

    def open(self) -> Chains:
        """The engines of this process."""
        if self._chains is None:
            self._chains = build_chains(self._settings, self._open_store)
        return self._chains
