"""Which engines a run asks, in which order: the settings' names made into engines."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from fiber_pipeline.annotation.engines import EngineUnavailable
from fiber_pipeline.settings import ENGINE_NAMES, LOCAL, Settings

if TYPE_CHECKING:
    from fiber_pipeline.annotation.language.protocol import LanguageEngine
    from fiber_pipeline.annotation.sentiment import LocalSentimentEngine
    from fiber_pipeline.annotation.sentiment.protocol import SentimentEngine
    from fiber_pipeline.annotation.themes import LocalThemeEngine, Taxonomy
    from fiber_pipeline.annotation.themes.protocol import ThemeEngine
    from fiber_pipeline.annotation.translation.protocol import TranslationEngine
    from fiber_pipeline.cleaning.second_net import SecondNet
    from fiber_pipeline.services.azure import AzureResource
    from fiber_pipeline.services.enrichment import Enricher
    from fiber_pipeline.services.openai.batches.desk import BatchDesk
    from fiber_pipeline.services.store.protocol import ResponseStore

# Requests are packed as large as the limits of each service allow; OpenAI's is a setting of its own.
_MOST_ITEMS = 1_024
_NEEDED = {
    "openai": "OPENAI_API_KEY, OPENAI_BASE_URL or FIBER_OPENAI_ENDPOINTS",
    "azure": "AZURE_LANGUAGE_ENDPOINT and AZURE_LANGUAGE_KEY",
    "google": "GOOGLE_CLOUD_PROJECT",
}


@dataclass(frozen=True)
class Chains:
    """The engines of a run. Each sequence is a fallback chain: the first is asked, the next where it cannot answer.

    language_second_opinion: never asked in a run, only measured beside `language`; None where none is set.
    """

    language: "LanguageEngine"
    translation: "Sequence[TranslationEngine]"
    sentiment: "Sequence[SentimentEngine]"
    themes: "Sequence[ThemeEngine]"
    language_second_opinion: "LanguageEngine | None" = None

    @property
    def language_detectors(self) -> "Sequence[LanguageEngine]":
        """All that can be measured, the one that runs ask first."""
        second = self.language_second_opinion
        return [self.language] if second is None else [self.language, second]


def check_services(settings: Settings) -> None:
    """Raise EngineUnavailable, naming what is missing, for the first service that a setting names and has no key."""
    named = {f"FIBER_ENGINES_{kind.upper()}": settings.chain(kind) for kind in ENGINE_NAMES}
    named["FIBER_LANGUAGE_SECOND_OPINION"] = (settings.language_second_opinion or LOCAL,)
    named["FIBER_PII_SECOND_NET"] = (settings.pii_second_net or LOCAL,)
    for variable, names in named.items():
        for name in names:
            if name != LOCAL and name not in settings.services:
                raise EngineUnavailable(f"{variable} names {name}, which needs {_NEEDED[name]}")


def build_chains(settings: Settings, open_store: "Callable[[], ResponseStore] | None" = None) -> Chains:
    """Make the engines the settings name.

    open_store: called once if a chain names a service; without it, the store the settings name is opened.
    Raises EngineUnavailable if an engine cannot be had, naming what is missing, TaxonomyError for a wrong taxonomy file
    and PriceFileError for a wrong price file.
    """
    from fiber_pipeline.annotation.language import LocalLanguageEngine

    check_services(settings)
    workshop = _Workshop(settings, open_store)
    return Chains(
        language=LocalLanguageEngine(),
        translation=[workshop.translation(name) for name in settings.chain("translation")],
        sentiment=[workshop.sentiment(name) for name in settings.chain("sentiment")],
        themes=[workshop.themes(name) for name in settings.chain("themes")],
        language_second_opinion=workshop.language_second_opinion() if settings.language_second_opinion else None,
    )


def build_second_net(settings: Settings, open_store: "Callable[[], ResponseStore] | None" = None) -> "SecondNet | None":
    """What looks at redacted comments once more for personal data, if the settings ask for it.

    Raises EngineUnavailable if the service it names has no key.
    """
    if settings.pii_second_net is None:
        return None
    check_services(settings)
    return _Workshop(settings, open_store).second_net()


def build_enricher(settings: Settings, store: "ResponseStore") -> "Enricher":
    """What asks services, with the settings' prices, budgets and patience. Raises PriceFileError."""
    from fiber_pipeline.services.enrichment import Enricher
    from fiber_pipeline.services.policy import Policy
    from fiber_pipeline.services.prices import Prices
    from fiber_pipeline.services.store.protocol import Budget

    return Enricher(
        store,
        Prices(settings.prices),
        Budget(settings.budget_usd, settings.budget_usd_month),
        Policy(
            concurrency=settings.concurrency,
            items_per_request=_MOST_ITEMS,
            item_seconds=settings.item_seconds,
            call_seconds=settings.batch_seconds,
        ),
    )


def open_batch_desk(settings: Settings, store: "ResponseStore") -> "BatchDesk":
    """What submits beforehand the questions that these engines would ask, and follows them.

    Raises StoreError, TaxonomyError or PriceFileError for what it needs and lacks.
    """
    from fiber_pipeline.annotation.plausibility import SentimentDoubt, TranslationDoubt
    from fiber_pipeline.annotation.sentiment import LocalSentimentEngine
    from fiber_pipeline.annotation.themes import load_taxonomy
    from fiber_pipeline.services.openai.batches.desk import BatchDesk
    from fiber_pipeline.services.prices import Prices

    local = LocalSentimentEngine()
    return BatchDesk(
        settings,
        load_taxonomy(settings.taxonomy).descriptions,
        store,
        Prices(settings.prices),
        doubts={"annotate": SentimentDoubt(local), "translate": TranslationDoubt(local)},
    )


class _Workshop:
    """Makes engines; what several of them share is made once, when one first needs it."""

    def __init__(self, settings: Settings, open_store: "Callable[[], ResponseStore] | None") -> None:
        self._settings = settings
        self._open_store = open_store

    def translation(self, name: str) -> "TranslationEngine":
        if name == "google":
            from fiber_pipeline.annotation.translation.google_engine import GoogleTranslationEngine
            from fiber_pipeline.services.google.from_settings import translation_services as google_services

            return GoogleTranslationEngine(self._enricher, google_services(self._settings))
        if name == "openai":
            from fiber_pipeline.annotation.translation.openai_engine import OpenAITranslationEngine
            from fiber_pipeline.services.openai.from_settings import translation_services

            services = translation_services(self._settings, with_english=self._settings.english)
            return OpenAITranslationEngine(self._enricher, services, self._local_sentiment)
        from fiber_pipeline.annotation.translation import GlossTranslationEngine

        return GlossTranslationEngine()

    def sentiment(self, name: str) -> "SentimentEngine":
        if name == "openai":
            from fiber_pipeline.annotation.sentiment.openai_engine import OpenAISentimentEngine
            from fiber_pipeline.services.openai.from_settings import annotation_services

            services = annotation_services(self._settings, self._taxonomy.descriptions)
            return OpenAISentimentEngine(self._enricher, services, self._local_sentiment)
        if name == "azure":
            from fiber_pipeline.annotation.sentiment.azure_engine import AzureSentimentEngine
            from fiber_pipeline.services.azure import sentiment_service

            return AzureSentimentEngine(self._enricher, [sentiment_service(self._azure)], self._local_sentiment)
        return self._local_sentiment

    def themes(self, name: str) -> "ThemeEngine":
        if name == "openai":
            from fiber_pipeline.annotation.themes.openai_engine import OpenAIThemeEngine
            from fiber_pipeline.services.openai.from_settings import annotation_services

            services = annotation_services(self._settings, self._taxonomy.descriptions)
            return OpenAIThemeEngine(self._enricher, services, self._taxonomy, self._local_sentiment)
        if name == "azure":
            from fiber_pipeline.annotation.themes.azure_engine import AzureThemeEngine
            from fiber_pipeline.services.azure import sentiment_service

            return AzureThemeEngine(self._enricher, [sentiment_service(self._azure)], self._local_themes)
        return self._local_themes

    def language_second_opinion(self) -> "LanguageEngine":
        from fiber_pipeline.annotation.language.azure_engine import AzureLanguageEngine
        from fiber_pipeline.services.azure import language_service

        return AzureLanguageEngine(self._enricher, [language_service(self._azure)])

    def second_net(self) -> "SecondNet":
        from fiber_pipeline.cleaning.second_net import SecondNet
        from fiber_pipeline.services.azure import personal_data_service

        return SecondNet(self._enricher, [personal_data_service(self._azure)])

    @cached_property
    def _enricher(self) -> "Enricher":
        from fiber_pipeline.services.store.opening import store_of

        store = store_of(self._settings) if self._open_store is None else self._open_store()
        return build_enricher(self._settings, store)

    @cached_property
    def _azure(self) -> "AzureResource":
        from fiber_pipeline.services.azure import AzureResource

        endpoint, key = self._settings.azure_language_endpoint, self._settings.azure_language_key
        assert endpoint is not None and key is not None
        return AzureResource(endpoint, key)

    @cached_property
    def _taxonomy(self) -> "Taxonomy":
        from fiber_pipeline.annotation.themes import load_taxonomy

        return load_taxonomy(self._settings.taxonomy)

    @cached_property
    def _local_sentiment(self) -> "LocalSentimentEngine":
        from fiber_pipeline.annotation.sentiment import LocalSentimentEngine

        return LocalSentimentEngine()

    @cached_property
    def _local_themes(self) -> "LocalThemeEngine":
        from fiber_pipeline.annotation.themes import LocalThemeEngine

        return LocalThemeEngine(self._taxonomy)
