"""Which engines a run asks, in which order: the settings' names made into engines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fiber_pipeline.engines import EngineUnavailable
from fiber_pipeline.settings import LOCAL, Settings

if TYPE_CHECKING:
    from fiber_pipeline.language.protocol import LanguageEngine
    from fiber_pipeline.sentiment.protocol import SentimentEngine
    from fiber_pipeline.themes.protocol import ThemeEngine
    from fiber_pipeline.translation.protocol import TranslationEngine


@dataclass(frozen=True)
class Chains:
    """The engines of a run. Each sequence is a fallback chain: the first is asked, the next where it cannot answer."""

    language: "LanguageEngine"
    translation: "Sequence[TranslationEngine]"
    sentiment: "Sequence[SentimentEngine]"
    themes: "Sequence[ThemeEngine]"


def build_chains(settings: Settings) -> Chains:
    """Make the engines the settings name. Raises EngineUnavailable if one of them cannot be had."""
    from fiber_pipeline.language import LocalLanguageEngine
    from fiber_pipeline.sentiment import LocalSentimentEngine
    from fiber_pipeline.themes import LocalThemeEngine, load_taxonomy
    from fiber_pipeline.translation import GlossTranslationEngine

    for kind in ("translation", "sentiment", "themes"):
        missing = [name for name in settings.chain(kind) if name != LOCAL]
        if missing:
            raise EngineUnavailable(
                f"FIBER_ENGINES_{kind.upper()} names {', '.join(missing)}, which this version does not have yet; "
                f"set it to `{LOCAL}`"
            )
    return Chains(
        language=LocalLanguageEngine(),
        translation=[GlossTranslationEngine()],
        sentiment=[LocalSentimentEngine()],
        themes=[LocalThemeEngine(load_taxonomy(settings.taxonomy))],
    )
